//! The elements and their tokens: WBXML code pages of SyncML 1.2 (OMA-TS-SyncML-RepPro appendix,
//! OMA-TS-SyncML-MetaInfo, OMA-TS-DS-DevInf, OMA-TS-DM-TNDS). Table only.
use std::fmt;

/// A name space: a code page of SyncML, or a document type of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Page 0, `SYNCML:SYNCML1.2`.
    SyncMl,
    /// Page 1, `syncml:metinf`.
    MetInf,
    /// Page 0 of a DevInf document, `syncml:devinf`.
    DevInf,
    /// Page 2, `syncml:dmddf1.2`: a tree and its description in a message (OMA-TS-DM-TNDS).
    DmDdf,
}

/// An element's name space and token. A token without a name is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub Space, pub u8);

macro_rules! tags {
    ($($id:ident = $space:ident, $token:literal, $name:literal;)*) => {
        #[allow(non_upper_case_globals, missing_docs)]
        impl Tag {
            $(pub const $id: Self = Self(Space::$space, $token);)*
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$id, $name)),*];
        }
    };
}

impl Tag {
    /// Its name in XML.
    pub fn name(self) -> Option<&'static str> {
        Self::ALL.iter().find(|t| t.0 == self).map(|t| t.1)
    }

    /// By name.
    pub fn named(space: Space, name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|t| t.0.0 == space && t.1 == name)
            .map(|t| t.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(n) => f.write_str(n),
            None => write!(f, "{:?}-{:#04x}", self.0, self.1),
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

tags! {
    Add = SyncMl, 0x05, "Add";
    Alert = SyncMl, 0x06, "Alert";
    Archive = SyncMl, 0x07, "Archive";
    Atomic = SyncMl, 0x08, "Atomic";
    Chal = SyncMl, 0x09, "Chal";
    Cmd = SyncMl, 0x0a, "Cmd";
    CmdID = SyncMl, 0x0b, "CmdID";
    CmdRef = SyncMl, 0x0c, "CmdRef";
    Copy = SyncMl, 0x0d, "Copy";
    Cred = SyncMl, 0x0e, "Cred";
    Data = SyncMl, 0x0f, "Data";
    Delete = SyncMl, 0x10, "Delete";
    Exec = SyncMl, 0x11, "Exec";
    Final = SyncMl, 0x12, "Final";
    Get = SyncMl, 0x13, "Get";
    Item = SyncMl, 0x14, "Item";
    Lang = SyncMl, 0x15, "Lang";
    LocName = SyncMl, 0x16, "LocName";
    LocURI = SyncMl, 0x17, "LocURI";
    Map = SyncMl, 0x18, "Map";
    MapItem = SyncMl, 0x19, "MapItem";
    Meta = SyncMl, 0x1a, "Meta";
    MsgID = SyncMl, 0x1b, "MsgID";
    MsgRef = SyncMl, 0x1c, "MsgRef";
    NoResp = SyncMl, 0x1d, "NoResp";
    NoResults = SyncMl, 0x1e, "NoResults";
    Put = SyncMl, 0x1f, "Put";
    Replace = SyncMl, 0x20, "Replace";
    RespURI = SyncMl, 0x21, "RespURI";
    Results = SyncMl, 0x22, "Results";
    Search = SyncMl, 0x23, "Search";
    Sequence = SyncMl, 0x24, "Sequence";
    SessionID = SyncMl, 0x25, "SessionID";
    SftDel = SyncMl, 0x26, "SftDel";
    Source = SyncMl, 0x27, "Source";
    SourceRef = SyncMl, 0x28, "SourceRef";
    Status = SyncMl, 0x29, "Status";
    Sync = SyncMl, 0x2a, "Sync";
    SyncBody = SyncMl, 0x2b, "SyncBody";
    SyncHdr = SyncMl, 0x2c, "SyncHdr";
    SyncML = SyncMl, 0x2d, "SyncML";
    Target = SyncMl, 0x2e, "Target";
    TargetRef = SyncMl, 0x2f, "TargetRef";
    VerDTD = SyncMl, 0x31, "VerDTD";
    VerProto = SyncMl, 0x32, "VerProto";
    NumberOfChanges = SyncMl, 0x33, "NumberOfChanges";
    MoreData = SyncMl, 0x34, "MoreData";
    Field = SyncMl, 0x35, "Field";
    Filter = SyncMl, 0x36, "Filter";
    Record = SyncMl, 0x37, "Record";
    FilterType = SyncMl, 0x38, "FilterType";
    SourceParent = SyncMl, 0x39, "SourceParent";
    TargetParent = SyncMl, 0x3a, "TargetParent";
    Move = SyncMl, 0x3b, "Move";
    Correlator = SyncMl, 0x3c, "Correlator";
    Anchor = MetInf, 0x05, "Anchor";
    EMI = MetInf, 0x06, "EMI";
    Format = MetInf, 0x07, "Format";
    FreeID = MetInf, 0x08, "FreeID";
    FreeMem = MetInf, 0x09, "FreeMem";
    Last = MetInf, 0x0a, "Last";
    Mark = MetInf, 0x0b, "Mark";
    MaxMsgSize = MetInf, 0x0c, "MaxMsgSize";
    Mem = MetInf, 0x0d, "Mem";
    MetInf = MetInf, 0x0e, "MetInf";
    Next = MetInf, 0x0f, "Next";
    NextNonce = MetInf, 0x10, "NextNonce";
    SharedMem = MetInf, 0x11, "SharedMem";
    Size = MetInf, 0x12, "Size";
    Type = MetInf, 0x13, "Type";
    Version = MetInf, 0x14, "Version";
    MaxObjSize = MetInf, 0x15, "MaxObjSize";
    FieldLevel = MetInf, 0x16, "FieldLevel";
    DevCTCap = DevInf, 0x05, "CTCap";
    DevCTType = DevInf, 0x06, "CTType";
    DevDataStore = DevInf, 0x07, "DataStore";
    DevDataType = DevInf, 0x08, "DataType";
    DevDevID = DevInf, 0x09, "DevID";
    DevDevInf = DevInf, 0x0a, "DevInf";
    DevDevTyp = DevInf, 0x0b, "DevTyp";
    DevDisplayName = DevInf, 0x0c, "DisplayName";
    DevDSMem = DevInf, 0x0d, "DSMem";
    DevExt = DevInf, 0x0e, "Ext";
    DevFwV = DevInf, 0x0f, "FwV";
    DevHwV = DevInf, 0x10, "HwV";
    DevMan = DevInf, 0x11, "Man";
    DevMaxGUIDSize = DevInf, 0x12, "MaxGUIDSize";
    DevMaxID = DevInf, 0x13, "MaxID";
    DevMaxMem = DevInf, 0x14, "MaxMem";
    DevMod = DevInf, 0x15, "Mod";
    DevOEM = DevInf, 0x16, "OEM";
    DevParamName = DevInf, 0x17, "ParamName";
    DevPropName = DevInf, 0x18, "PropName";
    DevRx = DevInf, 0x19, "Rx";
    DevRxPref = DevInf, 0x1a, "Rx-Pref";
    DevSharedMem = DevInf, 0x1b, "SharedMem";
    DevSize = DevInf, 0x1c, "Size";
    DevSourceRef = DevInf, 0x1d, "SourceRef";
    DevSwV = DevInf, 0x1e, "SwV";
    DevSyncCap = DevInf, 0x1f, "SyncCap";
    DevSyncType = DevInf, 0x20, "SyncType";
    DevTx = DevInf, 0x21, "Tx";
    DevTxPref = DevInf, 0x22, "Tx-Pref";
    DevValEnum = DevInf, 0x23, "ValEnum";
    DevVerCT = DevInf, 0x24, "VerCT";
    DevVerDTD = DevInf, 0x25, "VerDTD";
    DevXNam = DevInf, 0x26, "XNam";
    DevXVal = DevInf, 0x27, "XVal";
    DevUTC = DevInf, 0x28, "UTC";
    DevSupportNumberOfChanges = DevInf, 0x29, "SupportNumberOfChanges";
    DevSupportLargeObjs = DevInf, 0x2a, "SupportLargeObjs";
    DevProperty = DevInf, 0x2b, "Property";
    DevPropParam = DevInf, 0x2c, "PropParam";
    DevMaxOccurs = DevInf, 0x2d, "MaxOccurs";
    DevNoTruncate = DevInf, 0x2e, "NoTruncate";
    DevFilterRx = DevInf, 0x30, "Filter-Rx";
    DevFilterCap = DevInf, 0x31, "FilterCap";
    DevFilterKeyword = DevInf, 0x32, "FilterKeyword";
    DevFieldLevel = DevInf, 0x33, "FieldLevel";
    DevSupportHierarchicalSync = DevInf, 0x34, "SupportHierarchicalSync";
    DdfAccessType = DmDdf, 0x05, "AccessType";
    DdfACL = DmDdf, 0x06, "ACL";
    DdfAdd = DmDdf, 0x07, "Add";
    DdfB64 = DmDdf, 0x08, "b64";
    DdfBin = DmDdf, 0x09, "bin";
    DdfBool = DmDdf, 0x0a, "bool";
    DdfChr = DmDdf, 0x0b, "chr";
    DdfCaseSense = DmDdf, 0x0c, "CaseSense";
    DdfCIS = DmDdf, 0x0d, "CIS";
    DdfCopy = DmDdf, 0x0e, "Copy";
    DdfCS = DmDdf, 0x0f, "CS";
    DdfDate = DmDdf, 0x10, "date";
    DdfDDFName = DmDdf, 0x11, "DDFName";
    DdfDefaultValue = DmDdf, 0x12, "DefaultValue";
    DdfDelete = DmDdf, 0x13, "Delete";
    DdfDescription = DmDdf, 0x14, "Description";
    DdfDFFormat = DmDdf, 0x15, "DFFormat";
    DdfDFProperties = DmDdf, 0x16, "DFProperties";
    DdfDFTitle = DmDdf, 0x17, "DFTitle";
    DdfDFType = DmDdf, 0x18, "DFType";
    DdfDynamic = DmDdf, 0x19, "Dynamic";
    DdfExec = DmDdf, 0x1a, "Exec";
    DdfFloat = DmDdf, 0x1b, "float";
    DdfFormat = DmDdf, 0x1c, "Format";
    DdfGet = DmDdf, 0x1d, "Get";
    DdfInt = DmDdf, 0x1e, "int";
    DdfMan = DmDdf, 0x1f, "Man";
    DdfMgmtTree = DmDdf, 0x20, "MgmtTree";
    DdfMIME = DmDdf, 0x21, "MIME";
    DdfMod = DmDdf, 0x22, "Mod";
    DdfName = DmDdf, 0x23, "Name";
    DdfNode = DmDdf, 0x24, "Node";
    DdfIsNode = DmDdf, 0x25, "node";
    DdfNodeName = DmDdf, 0x26, "NodeName";
    DdfNull = DmDdf, 0x27, "null";
    DdfOccurrence = DmDdf, 0x28, "Occurrence";
    DdfOne = DmDdf, 0x29, "One";
    DdfOneOrMore = DmDdf, 0x2a, "OneOrMore";
    DdfOneOrN = DmDdf, 0x2b, "OneOrN";
    DdfPath = DmDdf, 0x2c, "Path";
    DdfPermanent = DmDdf, 0x2d, "Permanent";
    DdfReplace = DmDdf, 0x2e, "Replace";
    DdfRTProperties = DmDdf, 0x2f, "RTProperties";
    DdfScope = DmDdf, 0x30, "Scope";
    DdfSize = DmDdf, 0x31, "Size";
    DdfTime = DmDdf, 0x32, "time";
    DdfTitle = DmDdf, 0x33, "Title";
    DdfTStamp = DmDdf, 0x34, "TStamp";
    DdfType = DmDdf, 0x35, "Type";
    DdfValue = DmDdf, 0x36, "Value";
    DdfVerDTD = DmDdf, 0x37, "VerDTD";
    DdfVerNo = DmDdf, 0x38, "VerNo";
    DdfXml = DmDdf, 0x39, "xml";
    DdfZeroOrMore = DmDdf, 0x3a, "ZeroOrMore";
    DdfZeroOrN = DmDdf, 0x3b, "ZeroOrN";
    DdfZeroOrOne = DmDdf, 0x3c, "ZeroOrOne";
}
