//! The message tables. Registration of routing keys (class 9) is kept as octets.
use super::parameters::{Proto, id};

wire::messages! {
    /// MGMT ERR: something that came was wrong.
    Error, "RFC 4666 3.8.1" {
        req error_code: ErrorCode;
        opt routing_context: RoutingContext;
        opt network_appearance: NetworkAppearance;
        opt affected_point_code: AffectedPointCode;
        opt diagnostic: DiagnosticInformation;
    }
    /// NTFY: the state of an application server.
    Notify, "RFC 4666 3.8.2" {
        req status: Status;
        opt asp_identifier: AspIdentifier;
        opt routing_context: RoutingContext;
        opt info: InfoString;
    }
    /// DATA: a message of MTP3's user.
    Data, "RFC 4666 3.3.1" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req protocol_data: ProtocolData;
        opt correlation_id: CorrelationId;
    }
    /// DUNA: destinations cannot be reached.
    Unavailable, "RFC 4666 3.4.1" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req affected_point_code: AffectedPointCode;
        opt info: InfoString;
    }
    /// DAVA: destinations can be reached.
    Available, "RFC 4666 3.4.2" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req affected_point_code: AffectedPointCode;
        opt info: InfoString;
    }
    /// DAUD: can destinations be reached?
    Audit, "RFC 4666 3.4.3" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req affected_point_code: AffectedPointCode;
        opt info: InfoString;
    }
    /// SCON: the way to destinations is congested.
    Congestion, "RFC 4666 3.4.4" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req affected_point_code: AffectedPointCode;
        opt concerned_destination: ConcernedDestination;
        opt congestion_indications: CongestionIndications;
        opt info: InfoString;
    }
    /// DUPU: a destination lacks a user.
    UserUnavailable, "RFC 4666 3.4.5" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req affected_point_code: AffectedPointCode;
        req user_cause: UserCause;
        opt info: InfoString;
    }
    /// DRST: destinations are better reached otherwise.
    Restricted, "RFC 4666 3.4.6" {
        opt network_appearance: NetworkAppearance;
        opt routing_context: RoutingContext;
        req affected_point_code: AffectedPointCode;
        opt info: InfoString;
    }
    /// ASPUP: an ASP is there.
    AspUp, "RFC 4666 3.5.1" {
        opt asp_identifier: AspIdentifier;
        opt info: InfoString;
    }
    /// ASPDN: an ASP goes.
    AspDown, "RFC 4666 3.5.3" {
        opt info: InfoString;
    }
    /// BEAT: are you there?
    Heartbeat, "RFC 4666 3.5.5" {
        opt heartbeat_data: HeartbeatData;
    }
    /// ASPUP ACK.
    AspUpAck, "RFC 4666 3.5.2" {
        opt asp_identifier: AspIdentifier;
        opt info: InfoString;
    }
    /// ASPDN ACK.
    AspDownAck, "RFC 4666 3.5.4" {
        opt info: InfoString;
    }
    /// BEAT ACK.
    HeartbeatAck, "RFC 4666 3.5.6" {
        opt heartbeat_data: HeartbeatData;
    }
    /// ASPAC: an ASP takes traffic.
    AspActive, "RFC 4666 3.7.1" {
        opt traffic_mode: TrafficModeType;
        opt routing_context: RoutingContext;
        opt info: InfoString;
    }
    /// ASPIA: an ASP takes no more traffic.
    AspInactive, "RFC 4666 3.7.3" {
        opt routing_context: RoutingContext;
        opt info: InfoString;
    }
    /// ASPAC ACK.
    AspActiveAck, "RFC 4666 3.7.2" {
        opt traffic_mode: TrafficModeType;
        opt routing_context: RoutingContext;
        opt info: InfoString;
    }
    /// ASPIA ACK.
    AspInactiveAck, "RFC 4666 3.7.4" {
        opt routing_context: RoutingContext;
        opt info: InfoString;
    }
}

wire::pdus! {
    /// Messages of M3UA by class (upper octet) and type.
    pub enum Pdu(u16) {
        Error = 0x0000;
        Notify = 0x0001;
        Data = 0x0101;
        Unavailable = 0x0201;
        Available = 0x0202;
        Audit = 0x0203;
        Congestion = 0x0204;
        UserUnavailable = 0x0205;
        Restricted = 0x0206;
        AspUp = 0x0301;
        AspDown = 0x0302;
        Heartbeat = 0x0303;
        AspUpAck = 0x0304;
        AspDownAck = 0x0305;
        HeartbeatAck = 0x0306;
        AspActive = 0x0401;
        AspInactive = 0x0402;
        AspActiveAck = 0x0403;
        AspInactiveAck = 0x0404;
    }
}
