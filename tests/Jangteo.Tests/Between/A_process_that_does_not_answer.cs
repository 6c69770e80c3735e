using System.Net;
using System.Net.Sockets;
using Jangteo.Between;
using Jangteo.Kinds;
using Jangteo.Platform.Http;

namespace Jangteo.Tests.Between;

/// <summary>Another process that accepts connections and never answers, such as one that is stopped or cut off.</summary>
public sealed class A_process_that_does_not_answer : IDisposable
{
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);
    private readonly OtherProcess other;
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public A_process_that_does_not_answer()
    {
        silent.Start();
        other = new OtherProcess(Modules.Catalog, $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}", "key");
    }

    [Fact]
    public async Task A_listing_is_refused_as_unavailable_and_the_request_is_not_held()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => other.Find(Guid.NewGuid(), ct));

        Assert.Equal("catalog-unavailable", refused.Refusal.Code);
    }

    [Fact]
    public async Task Whether_it_is_at_rest_and_what_it_needs_is_refused_as_busy()
    {
        var refused = await Task.WhenAll(
            Assert.ThrowsAsync<RefusedException>(() => other.Rest(ct)), Assert.ThrowsAsync<RefusedException>(() => other.Attention(ct)));

        Assert.All(refused, one => Assert.Equal("busy", one.Refusal.Code));
    }

    [Fact]
    public async Task The_end_of_the_caller_is_not_taken_for_a_refusal()
    {
        using var gone = new CancellationTokenSource();
        var asking = other.Find(Guid.NewGuid(), gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    public void Dispose()
    {
        other.Dispose();
        silent.Dispose();
    }
}
