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
        var found = run.Of(attack);

        Assert.True((int)found["calls"]! > 0, run.Said);
        Assert.True((int)found["refused"]! == 0, found.ToJsonString());

        // The attack reached what it attacks, was refused where it must be, and met no fault of the program.
        Assert.True((bool)found["reached"]!, found.ToJsonString());
    }

    public sealed class Run() : BenchRun(TimeSpan.FromMinutes(5), "abuse", "--small", "--gateway");
}
