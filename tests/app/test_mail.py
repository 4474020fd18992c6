import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from app.checking import check_site
from app.mail import MailTrouble, SmtpServer, connection
from feedback.config import Settings
from tests.app.servers import mail_server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of localhost that nobody has vouched for, and its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_starttls_takes_only_a_certificate_somebody_vouched_for(
    settings: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context=context, password="secret") as server:
        site = settings.model_copy(
            update={
                "smtp_host": "localhost",
                "smtp_port": server.port,
                "smtp_user": "city",
                "smtp_password": SecretStr("secret"),
                "smtp_from": "machikoe@city.example",
            }
        )
        with pytest.raises(MailTrouble, match="つながりませんでした"), connection(site):
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with connection(site) as opened:
            assert isinstance(opened, SmtpServer)
            assert opened.smtp.noop()[0] == 250


def test_a_server_without_tls_is_refused_when_tls_is_asked_for(settings: Settings) -> None:
    with mail_server() as server:
        site = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": server.port})
        with pytest.raises(MailTrouble), connection(site):
            pass


def test_doctor_looks_at_the_mail_server(settings: Settings) -> None:
    def finding(**more: object) -> tuple[bool, str]:
        found = {one.subject: one for one in check_site(settings.model_copy(update=more))}
        return found["mail"].is_problem, found["mail"].text

    assert finding()[0] is False
    with mail_server() as server:
        local: dict[str, object] = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        assert finding(**local)[0] is True
        assert finding(**local, smtp_from="a@city.example") == (
            False,
            f"127.0.0.1:{server.port} (none) answers and lets us in",
        )
        login = {"smtp_user": "city", "smtp_password": SecretStr("wrong"), "smtp_from": "a@city.example"}
        problem, words = finding(**local, **login)
        assert problem
        assert "ログインできません" in words
