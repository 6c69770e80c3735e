using System.Net;
using Jangteo.Gateway;
using Jangteo.SystemTests.Gateway;

namespace Jangteo.SystemTests;

/// <summary>
/// A program that listens at one address of the machine only. Loopback has millions of them, so the others stand for other hosts.
/// </summary>
[Collection(Elsewhere.Tests)]
public sealed class ListenTests(Elsewhere elsewhere)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_answers_at_the_addresses_that_are_set_and_at_no_other()
    {
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(At(Elsewhere.Host), ct)).StatusCode);
        foreach (var other in new[] { "127.0.0.1", "127.0.0.3", "[::1]" })
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(At(other), ct));
        }
    }

    [Fact]
    public async Task A_gateway_reaches_it_on_another_host()
    {
        await using var gate = await Gate.Start(
            new Replica(Elsewhere.Host, elsewhere.Program.Address.Port, elsewhere.Program.Address.Port));

        Assert.Equal(HttpStatusCode.OK, (await gate.Http.GetAsync("/api/listings", ct)).StatusCode);
    }

    private Uri At(string host) => new($"http://{host}:{elsewhere.Program.Address.Port}/health/live");
}

/// <summary>The program on <c>127.0.0.2</c>, for a market in dollars.</summary>
public sealed class Elsewhere : IAsyncLifetime
{
    public const string Tests = "elsewhere";
    public const string Host = "127.0.0.2";

    public JangteoProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Program = await JangteoProgram.Start(("Listen", Host), ("Currency", "USD"));

    public ValueTask DisposeAsync() => Program.DisposeAsync();
}

/// <summary>One such program for all tests that use it.</summary>
[CollectionDefinition(Elsewhere.Tests)]
public sealed class SharingElsewhere : ICollectionFixture<Elsewhere>;
