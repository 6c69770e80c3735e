using System.Net;
using System.Net.Sockets;
using System.Text;
using Jangteo.Http;
using Jangteo.Identity;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Tests.Beds;
using Jangteo.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Http;

/// <summary>Clients that send half of a request, or wait for something that never comes, do not slow down other clients.</summary>
public sealed class Slow_clients(TestPostgres postgres)
{
    private const int Many = 12;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly LimitSettings Few = new() { Moves = 4, Commands = 4, Queries = 4, Anonymous = 2, PerAddress = 2 };

    [Fact]
    public async Task Bodies_that_are_half_sent_take_no_place()
    {
        await using var bed = await ModuleBed.Start(
            postgres, [new IdentityModule(), new ViewsModule()], new Settings { Sandbox = false, Limits = Few });
        var half = await Task.WhenAll(
            Enumerable.Range(0, Many).Select(_ => Send(bed, "POST /api/people", length: 1000, body: "{\"name\":")));
        var read = bed.Services.GetRequiredService<RequestBodies>();
        await ModuleBed.Until(() => Task.FromResult(read.Used), used => used == Many * 1000);

        for (var request = 0; request < 10; request++)
        {
            Assert.Equal(200, (await bed.Get("/api/listings")).Status);
            Assert.Equal(200, (await bed.Get("/api/my/trades", "minji")).Status);
        }

        Array.ForEach(half, one => one.Dispose());
        await ModuleBed.Until(() => Task.FromResult(read.Used), used => used == 0);
    }

    [Fact]
    public async Task A_route_for_people_who_are_signed_in_reads_nothing_of_a_stranger()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);

        using var half = await Send(bed, "PATCH /api/people/me", length: 1000, body: "{");

        Assert.StartsWith("HTTP/1.1 401 ", await FirstLine(half), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_in_time_is_given_up_and_its_connection_too()
    {
        await using var bed = await ModuleBed.Start(
            postgres, [new IdentityModule()],
            new Settings { Sandbox = false, Limits = new LimitSettings { BodyWithin = TimeSpan.FromMilliseconds(100) } });

        using var half = await Send(bed, "POST /api/session", length: 1000, body: "{");
        using var answer = new StreamReader(half.GetStream());
        var said = await answer.ReadToEndAsync(Ct);

        Assert.StartsWith("HTTP/1.1 400 ", said, StringComparison.Ordinal);
        Assert.Contains("\"malformed\"", said, StringComparison.Ordinal);
        Assert.Contains("Connection: close", said, StringComparison.Ordinal);
        Assert.Equal(0, bed.Services.GetRequiredService<RequestBodies>().Used);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("localhost", Many)]
    public async Task An_address_has_so_many_connections_and_a_trusted_proxy_as_many_as_it_needs(string proxies, int served)
    {
        await using var bed = await ModuleBed.Start(
            postgres, [new IdentityModule()],
            new Settings { Sandbox = false, TrustedProxies = proxies, Limits = new LimitSettings { ConnectionsPerAddress = 3 } });
        // The bed's own client has not asked for anything yet, so it has no connection.
        var connections = (await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Connect(bed)))).ToList();

        await ModuleBed.Until(() => Task.FromResult(connections.Count(IsClosed)), closed => closed == Many - served);

        connections.ForEach(one => one.Dispose());

        // A place is free again when its connection is closed, however that ended.
        await ModuleBed.Until(async () => await Record.ExceptionAsync(() => bed.Get("/api/people/me")), refused => refused is null);
    }

    [Fact]
    public async Task Reads_that_wait_for_a_token_take_no_place_of_others()
    {
        await using var bed = await ModuleBed.Start(postgres, [new ViewsModule()], new Settings { Sandbox = false, Limits = Few });
        var unknown = $"after=trading:{Ids.New()}:1";

        var waits = Enumerable.Range(0, Many).Select(_ => bed.Get($"/api/my/trades?{unknown}", "minji")).ToArray();
        var heard = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bed.Get("/api/my/trades", "junho")));

        Assert.All(heard, one => Assert.Equal(200, one.Status));
        Assert.All(await Task.WhenAll(waits), one => Assert.Equal((200, "true"), (one.Status, one["stale"])));
    }

    [Fact]
    public async Task A_stranger_who_names_a_token_is_answered_with_what_there_is_at_once()
    {
        await using var bed = await ModuleBed.Start(postgres, [new ViewsModule()]);
        var arrived = new Arrived(bed.StorageOf(Jangteo.Kinds.Modules.Views), bed.Services.GetRequiredService<Live>(), new StandingClock());
        var (stranger, signedIn) = (new DefaultHttpContext(), new DefaultHttpContext());
        OccupiesRoutes.LetWait(signedIn);

        var stale = await arrived.WaitFor(stranger, $"trading:{Ids.New()}:1", Ct);
        var waiting = arrived.WaitFor(signedIn, $"trading:{Ids.New()}:1", CancellationToken.None);

        Assert.True(stale);
        Assert.False(waiting.IsCompleted);
        Assert.Equal("true", (await bed.Get($"/api/listings?after=trading:{Ids.New()}:1"))["stale"]);
    }

    [Fact]
    public async Task Bodies_have_a_bounded_memory_of_which_nobody_takes_all()
    {
        const int size = 32 * 1024;
        var bodies = new RequestBodies(new LimitSettings { BodyMemory = 1 << 20 });
        var (greedy, held) = (new Asker(Guid.Empty, 1), new List<IDisposable?>());

        while (await Refused(greedy) is null)
        {
        }

        Assert.Equal(2, held.Count);
        Assert.Equal("too-many-requests", await Refused(greedy));
        for (var address = 2; address <= 8; address++)
        {
            Assert.Null(await Refused(new Asker(Guid.Empty, (UInt128)address)));
            Assert.Null(await Refused(new Asker(Guid.Empty, (UInt128)address)));
        }

        // Strangers have their half; people who are signed in have the other, and each of them an eighth of all.
        Assert.Equal("busy", await Refused(new Asker(Guid.Empty, 9)));
        var person = new Asker(Ids.New(), 0);
        for (var body = 0; body < 4; body++)
        {
            Assert.Null(await Refused(person));
        }

        Assert.Equal("too-many-requests", await Refused(person));
        held.ForEach(one => one!.Dispose());
        Assert.Equal(0, bodies.Used);

        Task<string?> Refused(Asker asker) => Slow_clients.Refused(bodies, held, asker, size);
    }

    [Fact]
    public async Task Uploads_of_many_accounts_leave_memory_to_other_addresses_and_to_all_other_commands()
    {
        const int upload = 2 << 20;
        var bodies = new RequestBodies(new LimitSettings());
        var held = new List<IDisposable?>();

        Assert.Equal((12, "too-many-requests"), await Uploads(fromAddress: 1));
        Assert.Equal((12, "too-many-requests"), await Uploads(fromAddress: 2));
        Assert.Equal((0, "busy"), await Uploads(fromAddress: 3));

        // What is no upload still finds room, from every other address: a seller accepts.
        for (var command = 0; command < 100; command++)
        {
            Assert.Null(await Refused(bodies, held, new Asker(Ids.New(), 0), 1024, address: 4));
        }

        Assert.Null(await Refused(bodies, held, new Asker(Ids.New(), 0), (int)Edge.LargestBody, address: 5));
        Assert.Null(await Refused(bodies, held, new Asker(Guid.Empty, 6), 1024, address: 6));
        Assert.Equal("busy", await Refused(bodies, held, new Asker(Ids.New(), 0), (int)Edge.LargestBody + 1, address: 7));
        held.ForEach(one => one!.Dispose());
        Assert.Equal(0, bodies.Used);
        Assert.Equal((12, "too-many-requests"), await Uploads(fromAddress: 1));

        async Task<(int Taken, string? Refusal)> Uploads(byte fromAddress)
        {
            var (taken, refusal) = (0, (string?)null);
            for (var account = 0; account < 8; account++)
            {
                for (var body = 0; body < 4; body++)
                {
                    var refused = await Refused(bodies, held, new Asker(new Guid(account + 1, fromAddress, 0, new byte[8]), 0), upload, fromAddress);
                    (taken, refusal) = (taken + (refused is null ? 1 : 0), refused);
                }
            }

            return (taken, refusal);
        }
    }

    [Fact]
    public async Task A_body_that_grows_into_an_upload_counts_as_one()
    {
        var bodies = new RequestBodies(new LimitSettings { BodyMemory = 1 << 20 });
        var held = new List<IDisposable?>();
        for (byte address = 1; address <= 3; address++)
        {
            for (var account = 0; account < 2; account++)
            {
                Assert.Null(await Refused(bodies, held, new Asker(Ids.New(), 0), 131_072, address));
            }
        }

        Assert.Equal("busy", await Refused(bodies, held, new Asker(Ids.New(), 0), 200_000, address: 5, saysLength: false));
        Assert.Null(await Refused(bodies, held, new Asker(Ids.New(), 0), 32_000, address: 5, saysLength: false));
        held.ForEach(one => one!.Dispose());
        Assert.Equal(0, bodies.Used);
    }

    [Fact]
    public async Task A_body_that_does_not_say_its_length_is_read_whole()
    {
        var bytes = new byte[100_000];
        Random.Shared.NextBytes(bytes);
        var bodies = new RequestBodies(new LimitSettings());
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
        http.Request.Body = new MemoryStream(bytes);

        using (await bodies.Read(http, new Asker(Guid.Empty, 1)))
        {
            var read = new MemoryStream();
            await http.Request.Body.CopyToAsync(read, Ct);
            Assert.Equal(bytes, read.ToArray());
        }

        Assert.Equal(0, bodies.Used);
    }

    /// <summary>Reads a body and holds it. Answers the code of the refusal, or null.</summary>
    private static async Task<string?> Refused(
        RequestBodies bodies, List<IDisposable?> held, Asker asker, int size, byte address = 1, bool saysLength = true)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = new IPAddress([192, 0, 2, address]) } };
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
        (http.Request.ContentLength, http.Request.Body) = (saysLength ? size : null, new MemoryStream(new byte[size]));
        try
        {
            held.Add(await bodies.Read(http, asker));
            Assert.Equal(size, http.Request.Body.Length);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Refusal.Code;
        }
    }

    /// <summary>Sends the beginning of a request, and no more.</summary>
    private static async Task<TcpClient> Send(ModuleBed bed, string what, int length, string body)
    {
        var client = new TcpClient();
        await client.ConnectAsync(bed.Address.Host, bed.Address.Port, Ct);
        var text =
            $"{what} HTTP/1.1\r\nHost: {bed.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Ct);
        return client;
    }

    private static async Task<TcpClient> Connect(ModuleBed bed)
    {
        var client = new TcpClient();
        // A connection can be closed before we hear that it was opened.
        await Record.ExceptionAsync(async () => await client.ConnectAsync(bed.Address.Host, bed.Address.Port, Ct));
        return client;
    }

    private static bool IsClosed(TcpClient client) => !client.Connected || client.Client.Poll(TimeSpan.Zero, SelectMode.SelectRead) && client.Available == 0;

    private static async Task<string?> FirstLine(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Ct);
    }

    private sealed class HasBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }

    /// <summary>No time passes.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }
}
