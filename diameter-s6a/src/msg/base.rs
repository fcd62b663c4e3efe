//! Messages of the base protocol, RFC 6733 5 and 7.2.
use super::{avp::id, framing::Proto};

wire::messages! {
    CapabilitiesExchangeRequest, "RFC 6733 5.3.1" {
        req origin_host: OriginHost; req origin_realm: OriginRealm;
        rep host_ip_address: HostIpAddress; req vendor_id: VendorId; req product_name: ProductName;
        opt origin_state_id: OriginStateId; rep supported_vendor_id: SupportedVendorId;
        rep auth_application_id: AuthApplicationId; rep inband_security_id: InbandSecurityId;
        rep acct_application_id: AcctApplicationId;
        rep vendor_specific_application_id: VendorSpecificApplicationId;
        opt firmware_revision: FirmwareRevision;
    }
    CapabilitiesExchangeAnswer, "RFC 6733 5.3.2" {
        req result_code: ResultCode; req origin_host: OriginHost; req origin_realm: OriginRealm;
        rep host_ip_address: HostIpAddress; req vendor_id: VendorId; req product_name: ProductName;
        opt origin_state_id: OriginStateId; opt error_message: ErrorMessage;
        rep failed_avp: FailedAvp; rep supported_vendor_id: SupportedVendorId;
        rep auth_application_id: AuthApplicationId; rep inband_security_id: InbandSecurityId;
        rep acct_application_id: AcctApplicationId;
        rep vendor_specific_application_id: VendorSpecificApplicationId;
        opt firmware_revision: FirmwareRevision;
    }
    DeviceWatchdogRequest, "RFC 6733 5.5.1" {
        req origin_host: OriginHost; req origin_realm: OriginRealm;
        opt origin_state_id: OriginStateId;
    }
    DeviceWatchdogAnswer, "RFC 6733 5.5.2" {
        req result_code: ResultCode; req origin_host: OriginHost; req origin_realm: OriginRealm;
        opt error_message: ErrorMessage; rep failed_avp: FailedAvp;
        opt origin_state_id: OriginStateId;
    }
    DisconnectPeerRequest, "RFC 6733 5.4.1" {
        req origin_host: OriginHost; req origin_realm: OriginRealm;
        req disconnect_cause: DisconnectCause;
    }
    DisconnectPeerAnswer, "RFC 6733 5.4.2" {
        req result_code: ResultCode; req origin_host: OriginHost; req origin_realm: OriginRealm;
        opt error_message: ErrorMessage; rep failed_avp: FailedAvp;
    }
    /// The answer to any request that met a protocol error: it has the E bit.
    ErrorAnswer, "RFC 6733 7.2" {
        opt session_id: SessionId; req origin_host: OriginHost; req origin_realm: OriginRealm;
        req result_code: ResultCode; opt origin_state_id: OriginStateId;
        opt error_message: ErrorMessage; opt error_reporting_host: ErrorReportingHost;
        rep failed_avp: FailedAvp; opt experimental_result: ExperimentalResult;
        rep redirect_host: RedirectHost; opt redirect_host_usage: RedirectHostUsage;
        opt redirect_max_cache_time: RedirectMaxCacheTime;
        rep proxy_info: ProxyInfo;
    }
}
