using System.Diagnostics;
using System.Net;
using Jangteo.Platform.Machine;
using Jangteo.SystemTests.Gateway;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Deploying;

/// <summary>A process that is told to stop loses no request, and one that hangs keeps nobody waiting.</summary>
public sealed class DrainingTests
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(20);

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_SIGTERM_it_is_not_ready_at_once_and_serves_until_everything_is_answered()
    {
        await using var program = await JangteoProgram.Start(("Draining:Notice", "1s"), ("Trading:Lease", "10m"));
        var shop = new Shop(program);
        var thing = await shop.List("second-hand");
        var buyer = await shop.Somebody("buyer");

        // Nobody hears what payments answer, so the answer comes after three seconds, when the notice is long over.
        await shop.Switch("payments-time-out-after", true);
        var slow = shop.Ask(buyer, thing);
        await Task.Delay(TimeSpan.FromMilliseconds(300), ct);
        var process = program.ProcessId;
        Posix.Signal(process, Posix.Terminate);

        await Shop.Eventually(() => Ready(program), ready => ready == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1));
        using (var served = await program.Anonymous.GetAsync("/api/listings", ct))
        {
            Assert.Equal((HttpStatusCode.OK, true), (served.StatusCode, served.Headers.ConnectionClose ?? false));
        }

        var asked = await slow;
        Assert.Equal(202, asked.Status);
        await program.Died();

        // What it had begun, the next process goes on with at once: the lease of ten minutes was given back.
        await program.StartAgain();
        shop = new Shop(program);
        await shop.Switch("payments-time-out-after", false);
        var again = await shop.Named(buyer.Name);
        await Shop.Eventually(() => again.Get($"/api/trades/{asked.Id}"), trade => trade.State == "requested", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Ctrl_C_and_a_second_signal_skip_the_notice()
    {
        await using var program = await JangteoProgram.Start(("Draining:Notice", "1m"));
        Posix.Signal(program.ProcessId, Posix.Interrupt);
        await program.Died();

        // A closed terminal is no reason to lose requests.
        await program.StartAgain();
        Posix.Signal(program.ProcessId, Posix.HangUp);
        await Shop.Eventually(() => Ready(program), ready => ready == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5));
        Posix.Signal(program.ProcessId, Posix.Terminate);
        await program.Died();
    }

    [Fact]
    [Requirement("CP-7", "a hung one (SIGSTOP): nobody waits more than 5 s")]
    public async Task A_process_that_hangs_keeps_nobody_waiting_at_the_gateway()
    {
        await using var program = await JangteoProgram.Start();
        await using var gate = await Gate.Start(Gate.Of(program));
        await Shop.Eventually(() => Status(gate), status => status == HttpStatusCode.OK, TimeSpan.FromSeconds(10));

        Posix.Signal(program.ProcessId, Posix.Stop);
        try
        {
            // Who asks at once, and who asks when it is known, are told the same.
            foreach (var within in new[] { TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1) })
            {
                var waited = Stopwatch.StartNew();
                using var answer = await gate.Http.GetAsync("/api/listings", ct);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.StatusCode, answer.Headers.RetryAfter is not null));
                Assert.True(waited.Elapsed < within, $"Waited {waited.Elapsed}.");
            }
        }
        finally
        {
            Posix.Signal(program.ProcessId, Posix.Continue);
        }

        await Shop.Eventually(() => Status(gate), status => status == HttpStatusCode.OK, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Requests_wait_at_the_gateway_while_the_only_process_is_started_again()
    {
        await using var program = await JangteoProgram.Start(("Draining:Notice", "1s"));
        var plan = Commands.ConfigureGateway.InFrontOf(new IPEndPoint(IPAddress.Loopback, program.Address.Port)) with
        {
            Sandbox = true,
            // A start takes as long as other tests let it.
            WaitsForProcess = TimeSpan.FromSeconds(50),
        };
        await using var gate = await Gate.Start(plan);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Read(gate, ends.Token)));

        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(0, await program.Stop());
            await program.StartAgain(program.Address.Port);
        }

        await ends.CancelAsync();
        Assert.All(await reading, statuses =>
        {
            // One at least that waited for each start.
            Assert.True(statuses.Count >= 2);
            Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        });
    }

    private async Task<List<HttpStatusCode>> Read(Gate gate, CancellationToken ends)
    {
        var statuses = new List<HttpStatusCode>();
        while (!ends.IsCancellationRequested)
        {
            using var answer = await gate.Http.GetAsync("/api/listings", ct);
            statuses.Add(answer.StatusCode);
            await Task.Delay(LooksEvery, ct);
        }

        return statuses;
    }

    private async Task<HttpStatusCode> Status(Gate gate)
    {
        using var answer = await gate.Http.GetAsync("/api/listings", ct);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> Ready(JangteoProgram program)
    {
        using var answer = await program.Anonymous.GetAsync("/health/ready", ct);
        return answer.StatusCode;
    }
}
