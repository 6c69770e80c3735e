using Jangteo.Kinds;
using Npgsql;

namespace Jangteo.SystemTests.Split;

/// <summary>What tests of the split market stand on: any of its modules can be killed, held down and started again, and people notice no more than they must.</summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitProgramTests(SharedSplit split)
{
    private SplitProgram Program => split.Program;

    /// <summary>All of them start at once on a market without a key. One that makes its own would not know the tokens of the others.</summary>
    [Fact]
    public async Task All_processes_protect_tokens_by_one_key()
    {
        await using var database = NpgsqlDataSource.Create(Program.Run!.Databases![Hosting.Common]);
        await using var counting = database.CreateCommand("select count(*) from common.protection_keys");

        Assert.Equal(1L, await counting.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_module_that_is_killed_is_started_again()
    {
        var before = Program.Of(Modules.Payments).Single().Process;

        await Program.Kill(Modules.Payments);
        await Program.Runs(Modules.Payments);

        Assert.NotEqual(before, Program.Of(Modules.Payments).Single().Process);
        var shop = new Shop(Program);
        await shop.Begun(await shop.List("second-hand"));
    }

    [Fact]
    public async Task A_module_that_is_held_down_stays_away_until_it_is_started()
    {
        var shop = new Shop(Program);
        var thing = await shop.List("second-hand");
        var buyer = await shop.Somebody("buyer");

        await Program.Hold(Modules.Payments);
        try
        {
            Assert.Empty(Program.Of(Modules.Payments));
            var refused = await shop.Ask(buyer, thing);
            Assert.Equal((503, "payments-unavailable"), (refused.Status, refused.Code));
            Assert.NotNull(refused.RetryAfter);
            await ThatNoProcessRunsItIsTold("doctor");
            await ThatNoProcessRunsItIsTold("split", "restart", Modules.Payments);
        }
        finally
        {
            await Program.Start(Modules.Payments);
        }

        await shop.Begun(thing, buyer);
    }

    private async Task ThatNoProcessRunsItIsTold(params string[] command)
    {
        var (code, said) = await Program.TryCommand(command);
        Assert.True(code == 1, said);
        Assert.Matches("[Nn]o process runs payments.*split scale payments=1", said);
    }
}
