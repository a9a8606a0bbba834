/** A certificate for `localhost` that signed itself, and its key. For tests only: it is no secret. */

/** The certificate, valid for a hundred years. */
export const CERT = `-----BEGIN CERTIFICATE-----
MIIBmDCCAT6gAwIBAgIUajr6g9sYhtItQRMa4r4cVfjyylEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTExNTAxM1oYDzIxMjYxMDI4
MTE1MDEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATvs+c1Ir+0WyY5bHZUiPjZ9l+ATgLLnPCAeDUmDy3sYG1cU/xa21ZI
07ToRCFArajkyFvzPEjqCSX2ku49ojsFo2wwajAdBgNVHQ4EFgQUMCflPz64btoM
zICV5l3Aff+khmEwHwYDVR0jBBgwFoAUMCflPz64btoMzICV5l3Aff+khmEwGgYD
VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0E
AwIDSAAwRQIhAKQQcUr/NnQl9F0GJSpzDAsdb5mUz7wrLpcG4GFvggL4AiBdazD+
wt5ZvBVXMr2Z2SwVAQKfD3zDeN1Imjoj9Y35cA==
-----END CERTIFICATE-----
`;

/** Its private key. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8kTNBGgTT/sEz6LB
V8o2R++GmAG6HdwpxtOnOlCoVN+hRANCAATvs+c1Ir+0WyY5bHZUiPjZ9l+ATgLL
nPCAeDUmDy3sYG1cU/xa21ZI07ToRCFArajkyFvzPEjqCSX2ku49ojsF
-----END PRIVATE KEY-----
`;
