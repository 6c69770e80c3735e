using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Jangteo.SystemTests.Storm;

/// <summary>
/// One client that is not signed in attacks a market while eight people trade, directly and through the gateway: bench abuse with small
/// numbers, at a market that takes on as little. What it takes and how long is measured by the full command.
/// </summary>
[Collection(Storming.Tests)]
public sealed class AbuseTests(AbuseTests.Run run) : IClassFixture<AbuseTests.Run>
{
    [Theory]
    [InlineData("half-sent bodies")]
    [InlineData("unknown tokens")]
    [InlineData("live streams")]
    [InlineData("junk sign-ins")]
    [InlineData("many-word searches")]
    [InlineData("downloads")]
    [InlineData("gateway: half-sent bodies")]
    [InlineData("gateway: unknown tokens")]
    [InlineData("gateway: live streams")]
    [InlineData("gateway: junk sign-ins")]
    [InlineData("gateway: many-word searches")]
    [InlineData("gateway: downloads")]
    public void People_who_trade_are_refused_nothing_because_of_one_client(string attack)
    {
        var found = run.Found.FirstOrDefault(found => (string?)found["name"] == attack);
        Assert.True(found is not null, run.Said);

        Assert.True((int)found["calls"]! > 0, run.Said);
        Assert.True((int)found["refused"]! == 0, found.ToJsonString());

        // The attack reached what it attacks, was refused where it must be, and met no fault of the program.
        Assert.True((bool)found["reached"]!, found.ToJsonString());
    }

    /// <summary>One run for all tests.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

        /// <summary>What was found, by attack.</summary>
        internal IReadOnlyList<JsonNode> Found { get; private set; } = [];

        /// <summary>Everything that was said meanwhile.</summary>
        internal string Said { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            var bench = Path.Combine(
                JangteoProgram.Root, "artifacts", "bin", "Jangteo.Bench", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')),
                "Jangteo.Bench.dll");
            using var process = Process.Start(new ProcessStartInfo("dotnet", [bench, "abuse", "--small", "--gateway", "--json"])
            {
                WorkingDirectory = JangteoProgram.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var patience = new CancellationTokenSource(Patience);
            var (figures, said) =
                (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            try
            {
                await process.WaitForExitAsync(patience.Token);
                Found = [.. (await figures).Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!)];
                Said = await said;
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
