using System.Globalization;
using Jangteo.Platform.Machine;

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
    public async Task It_starts_again_after_a_kill_on_the_database_that_lived_on()
    {
        await using var program = await JangteoProgram.Start();
        var server = await ServerOf(program);

        await program.Kill();
        await program.StartAgain();

        Assert.Equal(server, await ServerOf(program));
    }

    [Fact]
    public async Task It_stops_when_asked_to_and_its_database_with_it()
    {
        await using var program = await JangteoProgram.Start();
        var server = await ServerOf(program);

        Assert.Equal(0, await program.Stop());

        Assert.False(Posix.IsAlive(server));
    }

    [Theory]
    [InlineData(Posix.HangUp, 129)]
    [InlineData(Posix.Interrupt, 130)]
    [InlineData(Posix.Terminate, 143)]
    public async Task Told_to_stop_before_it_is_ready_it_leaves_no_database_server(int signal, int code)
    {
        await using var program = await JangteoProgram.Start();
        await program.Stop();
        await program.Begin();
        await Shop.Eventually(
            () => Task.FromResult(new FileInfo(ProcessFileOf(program)) is { Exists: true, Length: > 0 }), begun => begun,
            TimeSpan.FromSeconds(60));
        var server = await ServerOf(program);

        Assert.Equal(code, await program.Stop(signal));

        Assert.False(Posix.IsAlive(server));
        Assert.DoesNotContain("   at ", program.Log);
    }

    [Fact]
    public async Task It_does_not_start_with_a_setting_that_it_does_not_know()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JangteoProgram.Start(("Sandbx", "false")));

        Assert.Contains("ended with 1", refused.Message);
        Assert.Contains("environment Jangteo__Sandbx: there is no setting Sandbx; did you mean Sandbox?", refused.Message);
    }

    [Fact]
    public async Task It_does_not_start_at_a_port_that_is_taken()
    {
        var port = (await shared.Running).Address.Port.ToString(CultureInfo.InvariantCulture);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JangteoProgram.Start(("Port", port)));

        Assert.Contains("ended with 1", refused.Message);
        Assert.Contains($"Port: another program listens at port {port}; stop it, or choose another port with Jangteo__Port", refused.Message);
    }

    [Theory]
    [InlineData("/proc/nowhere")]
    [InlineData("/dev/null/nowhere")]
    public async Task It_does_not_start_on_a_data_folder_that_cannot_be_made(string folder)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JangteoProgram.Start(("DataFolder", folder)));

        Assert.Contains("ended with 1", refused.Message);
        Assert.Contains("Jangteo__DataFolder", refused.Message);
        Assert.DoesNotContain("   at ", refused.Message);
    }

    [Fact]
    public async Task A_sandbox_does_not_start_where_other_machines_reach_it()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JangteoProgram.Start(("Listen", "0.0.0.0")));

        Assert.Contains("ended with 1", refused.Message);
        Assert.Contains("Sandbox: in a sandbox everybody can sign in as anybody, so it does not listen at 0.0.0.0", refused.Message);
    }

    [Fact]
    public async Task A_sandbox_says_at_its_start_that_it_is_one()
    {
        Assert.Contains("This is a sandbox: sample people sign in without a password", (await shared.Running).Log);
    }

    [Fact]
    public async Task Two_programs_do_not_meet()
    {
        await using var one = await JangteoProgram.Start();
        await using var other = await JangteoProgram.Start();

        Assert.NotEqual(one.Address, other.Address);
    }

    private static async Task<int> ServerOf(JangteoProgram program) =>
        int.Parse((await File.ReadAllLinesAsync(ProcessFileOf(program), TestContext.Current.CancellationToken))[0]);

    private static string ProcessFileOf(JangteoProgram program) => Path.Combine(program.Folder, "postgres", "cluster", "postmaster.pid");
}
