using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Split;

/// <summary>The listener in another language, as <c>examples/listener-node</c> has it, beside a market that does not know of it.</summary>
[Collection(SharingSplit.Tests)]
public sealed class ListenerTests(SharedSplit split)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string Example = Path.Combine(JangteoProgram.Root, "examples", "listener-node");

    [Fact]
    [Requirement("CP-11")]
    [Requirement("CP-13", "a listener joins without a change")]
    [Requirement("CP-13", "missed while away")]
    public async Task A_listener_of_another_maker_hears_every_move_from_its_own_queue_and_what_it_missed_while_it_was_away()
    {
        await Run("npm", "ci", "--no-audit", "--no-fund");
        var shop = new Shop(split.Program);
        var queue = $"example.{Guid.NewGuid():n}";
        var earlier = await Begun(shop);
        await shop.AtRest(Patience);
        var heard = new ConcurrentQueue<JsonNode>();

        Deal deal;
        await using (await Listener.Start(split.Program.Run!.Broker!, queue, heard))
        {
            deal = await Begun(shop);
            await Shop.Eventually(() => Task.FromResult(Moves(heard, deal)), moves => moves is ["request"], Patience);
        }

        await deal.SellerDoes("accept");
        await shop.At(deal, "accepted");
        await deal.BuyerDoes("finish");
        await shop.AtRest(Patience);
        await using (await Listener.Start(split.Program.Run!.Broker!, queue, heard))
        {
            await Shop.Eventually(() => Task.FromResult(Moves(heard, deal)), moves => moves is ["request", "accept", "finish"], Patience);
        }

        Assert.Empty(Moves(heard, earlier));
        await shop.BooksAreRight();
    }

    /// <summary>A trade that has begun, however long that took.</summary>
    private static async Task<Deal> Begun(Shop shop)
    {
        var (thing, buyer) = (await shop.List("second-hand"), await shop.Somebody("buyer"));
        var said = await Shop.Eventually(() => shop.Ask(buyer, thing, key: "ask"), said => said.Status == 201, Patience);
        return new Deal(said.Id, thing, buyer);
    }

    private static List<string> Moves(IEnumerable<JsonNode> heard, Deal deal) =>
        [.. heard.Where(line => (Guid)line["trade"]! == deal.Id).DistinctBy(line => (long)line["position"]!).Select(line => (string)line["do"]!)];

    private static async Task Run(string program, params string[] words)
    {
        using var running = Process.Start(new ProcessStartInfo(program, words) { WorkingDirectory = Example, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync());
        await running.WaitForExitAsync();
        Assert.True(running.ExitCode == 0, string.Concat(said));
    }

    /// <summary>The example as it runs.</summary>
    private sealed class Listener(Process process) : IAsyncDisposable
    {
        /// <summary>Returns when it listens.</summary>
        public static async Task<Listener> Start(string broker, string queue, ConcurrentQueue<JsonNode> heard)
        {
            var process = Process.Start(new ProcessStartInfo("node", ["listener.js", broker, queue]) { WorkingDirectory = Example, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var listens = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data is { } text)
                    heard.Enqueue(JsonNode.Parse(text)!);
            };
            process.ErrorDataReceived += (_, line) => listens.TrySetResult(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            Assert.StartsWith("Listening", await listens.Task.WaitAsync(Patience));
            return new Listener(process);
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
