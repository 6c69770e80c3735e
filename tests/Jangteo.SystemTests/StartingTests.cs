namespace Jangteo.SystemTests;

/// <summary>The program itself: started, signed in to, killed, started again.</summary>
public sealed class StartingTests(SharedProgram shared)
{
    [Fact]
    public async Task It_answers_a_person_of_the_sandbox()
    {
        var minji = await (await shared.Running).As("minji");

        var me = await minji.GetStringAsync("/api/people/me", TestContext.Current.CancellationToken);

        Assert.Contains("minji", me);
    }

    [Fact]
    public async Task It_starts_again_after_a_kill_and_stops_when_asked_to()
    {
        await using var program = await JangteoProgram.Start();

        await program.Kill();
        await program.StartAgain();

        Assert.Equal(0, await program.Stop());
    }

    [Fact]
    public async Task Two_programs_do_not_meet()
    {
        await using var one = await JangteoProgram.Start();
        await using var other = await JangteoProgram.Start();

        Assert.NotEqual(one.Address, other.Address);
    }
}
