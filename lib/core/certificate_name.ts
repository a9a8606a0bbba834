/**
 * The name in every certificate that a server makes for itself. Clients that remember such a one
 * demand this name, whatever they dial: no authority may certify a name below `.invalid` (RFC 6761),
 * so that of all authorities a system trusts none can stand in for the remembered certificate.
 */
export const OWN_CERTIFICATE_NAME = "parley.invalid";
