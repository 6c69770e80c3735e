using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Jangteo.Tests.Beds;

/// <summary>
/// A certificate authority of a test. Its certificates are PEM files in a folder: <c>authority.pem</c>, and for each name <c>name.pem</c>
/// and <c>name.key</c>.
/// </summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string folder;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public TestAuthority(string folder)
    {
        this.folder = Directory.CreateDirectory(folder).FullName;
        var request = new CertificateRequest("CN=Authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
    }

    /// <summary>The file of its own certificate.</summary>
    public string Certificate => Path.Combine(folder, "authority.pem");

    /// <summary>Issues a certificate whose subject and host name is the name; answers with its files.</summary>
    public (string Certificate, string Key) Issue(string name)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(
            certificate, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        var files = (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));
        File.WriteAllText(files.Item1, issued.ExportCertificatePem());
        File.WriteAllText(files.Item2, own.ExportPkcs8PrivateKeyPem());
        // Servers refuse a key that others may read.
        File.SetUnixFileMode(files.Item2, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return files;
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }
}
