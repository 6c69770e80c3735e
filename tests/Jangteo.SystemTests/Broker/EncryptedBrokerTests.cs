using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Jangteo.Between;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.SystemTests.Split;
using Jangteo.Tests.Beds;

namespace Jangteo.SystemTests.Broker;

/// <summary>TLS to RabbitMQ: a real broker behind a listener that ends TLS and wants a certificate of the client.</summary>
[Collection(SharingSplit.Tests)]
public sealed class EncryptedBrokerTests(SharedSplit split) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jangteo-test-").FullName;
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Certificates_of_both_sides_are_checked()
    {
        using var own = new TestAuthority(Path.Combine(folder, "own"));
        using var other = new TestAuthority(Path.Combine(folder, "other"));
        var (certificate, key) = own.Issue("market");
        await using var listener = new TlsListener(own, new Uri(split.Program.Run!.Broker!));

        var right = new BrokerTlsSettings { Authority = own.Certificate, Certificate = certificate, Key = key };
        await using (var trusted = new BrokerConnection(listener.Address("localhost"), right))
        {
            Assert.True((await trusted.Open(ct)).IsOpen);
        }

        Assert.Equal(["CN=market"], listener.Clients.Distinct());
        foreach (var (address, tls) in new[]
        {
            (listener.Address("localhost"), right with { Authority = other.Certificate }),
            (listener.Address("127.0.0.1"), right),
            (listener.Address("localhost"), right with { Authority = "" }),
        })
        {
            await using var untrusted = new BrokerConnection(address, tls);
            var refused = await Assert.ThrowsAsync<SettingsException>(() => Durability.RefuseForgetfulBroker(untrusted, ct));
            Assert.StartsWith("Broker: the TLS handshake with RabbitMQ failed: ", refused.Message);
        }
    }

    /// <summary>Ends TLS at a port of loopback, and hands on to the broker what it decrypts.</summary>
    private sealed class TlsListener : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource ending = new();
        private readonly X509Certificate2 shown;
        private readonly Uri broker;
        private readonly Task accepting;

        public TlsListener(TestAuthority authority, Uri broker)
        {
            this.broker = broker;
            var (certificate, key) = authority.Issue("localhost");
            shown = X509Certificate2.CreateFromPemFile(certificate, key);
            listener.Start();
            accepting = Accept();
        }

        /// <summary>The subjects of the certificates that clients have shown.</summary>
        public List<string> Clients { get; } = [];

        public string Address(string host) =>
            new UriBuilder(broker) { Scheme = "amqps", Host = host, Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri.ToString();

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await accepting;
            listener.Stop();
            shown.Dispose();
            ending.Dispose();
        }

        private async Task Accept()
        {
            try
            {
                while (!ending.IsCancellationRequested)
                {
                    using var client = await listener.AcceptTcpClientAsync(ending.Token);
                    await Serve(client);
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        private async Task Serve(TcpClient client)
        {
            try
            {
                await using var decrypted = new SslStream(client.GetStream());
                await decrypted.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = shown,
                        ClientCertificateRequired = true,
                        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                    },
                    ending.Token);
                lock (Clients)
                {
                    Clients.Add(decrypted.RemoteCertificate!.Subject);
                }

                using var server = new TcpClient();
                await server.ConnectAsync(broker.Host, broker.Port, ending.Token);
                await using var plain = server.GetStream();
                await Task.WhenAny(decrypted.CopyToAsync(plain, ending.Token), plain.CopyToAsync(decrypted, ending.Token));
            }
            catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not trust us, or has gone; the next one is served.
            }
        }
    }
}
