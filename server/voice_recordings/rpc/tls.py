"""TLS of the gRPC door."""

import grpc

from voice_recordings.access.tls import Certificates, Tls


def server_credentials(tls: Tls) -> grpc.ServerCredentials:
    """Credentials that ask, at each new connection, which certificates are in force."""
    return grpc.dynamic_ssl_server_credentials(
        _configuration(tls.current),
        lambda: _configuration(tls.current),
        require_client_authentication=tls.asks_clients,
    )


def _configuration(certificates: Certificates) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(certificates.key, certificates.chain)], root_certificates=certificates.client_ca
    )
