using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Jangteo.Platform.Broker;

/// <summary>
/// TLS to RabbitMQ, for an address that begins with <c>amqps://</c>: encrypted, and only to a server whose certificate is valid for the host
/// of the address.
/// </summary>
internal static class BrokerTls
{
    private const string Encrypted = "amqps";

    /// <summary>What the client library needs to connect to an address; null where the address is not encrypted.</summary>
    /// <exception cref="SettingsException">A file is missing or is not what the setting says.</exception>
    public static SslOption? For(Uri address, BrokerTlsSettings settings)
    {
        if (address.Scheme != Encrypted)
        {
            return settings == new BrokerTlsSettings()
                ? null
                : throw new SettingsException(["BrokerTls: Broker begins with amqp://, which is not encrypted; write amqps://, or leave BrokerTls empty"]);
        }

        var option = new SslOption(address.Host) { Enabled = true, AcceptablePolicyErrors = SslPolicyErrors.None };
        if (settings.Authority.Length > 0)
        {
            option.CertificateValidationCallback = TrustOnly(Read("BrokerTls:Authority", settings.Authority, () => Authorities(settings.Authority)));
        }

        if (settings.Certificate.Length > 0)
        {
            var key = settings.Key.Length > 0 ? settings.Key : settings.Certificate;
            option.Certs = [Read("BrokerTls:Certificate", settings.Certificate, () => Identity(settings.Certificate, key))];
        }

        return option;
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
    }

    private static X509Certificate2 Identity(string certificate, string key)
    {
        using var read = X509Certificate2.CreateFromPemFile(certificate, key);
        // Windows cannot use the key of a certificate in a handshake while both are only in memory.
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
    }

    private static T Read<T>(string setting, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingsException([$"{setting}: {file} cannot be read as PEM: {unreadable.Message}"]);
        }
    }

    /// <summary>Accepts a certificate that one of these authorities issued, whatever else the system trusts; name and dates must be right as well.</summary>
    private static RemoteCertificateValidationCallback TrustOnly(X509Certificate2Collection authorities) => (_, shown, sent, errors) =>
    {
        if (shown is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // An authority of one's own rarely publishes lists of revoked certificates.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        using var certificate = new X509Certificate2(shown);
        return chain.Build(certificate);
    };
}
