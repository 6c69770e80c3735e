using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Platform.Machine;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Image;

/// <summary>The image is built on this machine, and what it holds is what the containers of a market need.</summary>
public sealed partial class ImageTests(ContainedMarket market) : IClassFixture<ContainedMarket>
{
    private const long MegaBytes = 1_000_000;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact, Requirement("CP-6", "the image is built here and serves")]
    public async Task It_is_under_250_MB()
    {
        var written = await Podman.Do("image", "inspect", "--format", "{{.Size}}", ContainedMarket.Image);
        var size = long.Parse(written, CultureInfo.InvariantCulture);
        TestContext.Current.AddAttachment("size of the image", $"{size / MegaBytes} MB");

        Assert.InRange(size, 50 * MegaBytes, 250 * MegaBytes);
    }

    [Fact]
    public async Task It_holds_the_program_and_no_tool()
    {
        var mounted = await Podman.Do("image", "mount", ContainedMarket.Image);
        try
        {
            // Links are listed and not followed: they lead out of the image.
            var files = (await Podman.Say("find", mounted, "!", "-type", "d", "-printf", "/%P\\n")).Split('\n').ToHashSet();

            Assert.Superset(
                new HashSet<string>
                {
                    "/app/Jangteo", "/app/jangteo.yaml", "/app/LICENSE", "/app/wwwroot/index.html", "/usr/share/zoneinfo/Asia/Seoul",
                },
                files);
            Assert.Contains(files, path => path.StartsWith("/app/kinds/", StringComparison.Ordinal));
            Assert.Empty(files.Where(path => Tool().IsMatch(path)));
            Assert.DoesNotContain("/usr/share/dotnet/sdk", files);
            // Compiled ahead: the same assembly without machine code is about half as large.
            var asBuilt = new FileInfo(Path.Combine(AppContext.BaseDirectory, "Jangteo.Trading.dll")).Length;
            Assert.InRange(new FileInfo(mounted + "/app/Jangteo.Trading.dll").Length, asBuilt * 3 / 2, long.MaxValue);
        }
        finally
        {
            await Podman.Do("image", "unmount", ContainedMarket.Image);
        }
    }

    [Fact]
    public async Task It_says_how_it_is_run()
    {
        var image = JsonNode.Parse(await Podman.Do("image", "inspect", ContainedMarket.Image))![0]!;
        var config = image["Config"]!;

        Assert.Equal("1654:1654", (string)config["User"]!);
        Assert.Equal("""["/app/Jangteo"]""", config["Entrypoint"]!.ToJsonString());
        Assert.Equal(["/var/lib/jangteo"], config["Volumes"]!.AsObject().Select(volume => volume.Key));
        Assert.Equal(["8080/tcp", "8081/tcp"], config["ExposedPorts"]!.AsObject().Select(port => port.Key).Order());
        Assert.Equal("SIGTERM", (string)config["StopSignal"]!);
        Assert.Equal("MIT", (string)config["Labels"]!["org.opencontainers.image.licenses"]!);
        Assert.Equal(await Podman.Say("git", "rev-parse", "HEAD"), (string)config["Labels"]!["org.opencontainers.image.revision"]!);
        Assert.Equal("""["CMD","/app/Jangteo","health","--end-hung"]""", image["Healthcheck"]!["Test"]!.ToJsonString());
    }

    [Fact]
    [Requirement("CP-6", "the image is built here and serves")]
    [Requirement("CP-10", "settings from a mounted file and from the environment")]
    [Requirement("CP-10", "secrets apart from settings")]
    public async Task A_service_takes_settings_from_a_mounted_file_and_the_environment_and_its_secret_from_another_file()
    {
        // The port is in the file, and the connection string in the secret.
        await market.Answers("/health/live");
        await market.Answers("/health/ready");
        using var page = await market.Get("/");
        using var unknown = await market.Get("/api/listings/0190d0a0-0000-7000-8000-000000000000");

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        // The file says ko, and the environment en.
        Assert.Equal("We could not find what you asked for.", (string?)JsonNode.Parse(await unknown.Content.ReadAsStringAsync(ct))!["title"]);
        Assert.DoesNotContain("Password=", (await ContainedMarket.Inspect()).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_without_any_privilege_on_files_that_it_cannot_change()
    {
        var process = await ContainedMarket.Process();
        var status = (await File.ReadAllLinesAsync($"/proc/{process}/status", ct))
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(line => line[0], line => line[1]);
        var mounts = (await File.ReadAllLinesAsync($"/proc/{process}/mounts", ct)).Select(line => line.Split(' '))
            .Select(words => (Place: words[1], Options: words[3].Split(','))).ToList();

        Assert.Equal("1654\t1654\t1654\t1654", status["Uid"]);
        Assert.Equal("0000000000000000", status["CapBnd"]);
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Contains("ro", mounts.Single(mount => mount.Place == "/").Options);
        Assert.Equal(
            ["/tmp", "/var/lib/jangteo"],
            mounts.Where(mount => mount.Options.Contains("rw") && !Kernel().IsMatch(mount.Place)).Select(mount => mount.Place).Order());
        Assert.DoesNotContain("Cannot load library", await ContainedMarket.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_dies_is_started_again()
    {
        var died = await ContainedMarket.Process();

        Assert.True(Posix.Signal(died, Posix.Kill));
        await Until(async () => await ContainedMarket.Process() is var now && now != 0 && now != died);
        await market.Answers("/health/ready");

        Assert.True((int)(await ContainedMarket.Inspect())["RestartCount"]! > 0);
    }

    [Fact]
    public async Task It_hears_that_it_is_to_stop()
    {
        var (code, took) = await ContainedMarket.Stop();
        await ContainedMarket.StartStopped();
        await market.Answers("/health/ready");

        Assert.Equal(0, code);
        // Past this the container engine would have killed it.
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(39));
    }

    [Fact, Requirement("CP-10", "data on a volume survives the container")]
    public async Task What_people_wrote_is_there_in_new_containers_on_the_same_volumes()
    {
        var lamp = new { kind = "second-hand", title = "Lamp on a volume", description = "Warm light.", price = 20000 };
        var listing = (string)(await market.Send("minji", "/api/listings", lamp))["id"]!;

        await ContainedMarket.Remove();
        await market.Start();

        await market.Answers($"/api/listings/{listing}");
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_by_the_health_check_and_started_again()
    {
        await ContainedMarket.CheckHealth();
        var hung = await ContainedMarket.Process();

        Assert.True(Posix.Signal(hung, Posix.Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(ContainedMarket.CheckHealth);
        await Until(async () => await ContainedMarket.Process() is var now && now != 0 && now != hung);

        await market.Answers("/health/ready");
        await ContainedMarket.CheckHealth();
    }

    [Fact]
    public async Task It_can_be_stopped_as_process_1_while_it_waits_for_its_database()
    {
        await Podman.Run(
            "waiting", "--env", "Jangteo__Database=Host=127.0.0.1;Port=1;Username=x", "--env", "Jangteo__SandboxOpen=true",
            ContainedMarket.Image);
        await Podman.Says("waiting", "Waiting for PostgreSQL");

        var (code, took) = await Podman.Stop("waiting");
        await Podman.Remove("waiting");

        Assert.Equal(143, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await condition())
            await Task.Delay(50, patience.Token);
    }

    /// <summary>What would help an intruder, or was only needed to build.</summary>
    [GeneratedRegex(
        @"^/var/lib/(apt|dpkg)/|/(sh|bash|dash|busybox|apt|apt-get|dpkg|node|npm|perl|python3?|curl|wget|psql|postgres)$|"
        + @"/(csc|MSBuild)\.dll$|/[^/]*(xunit[^/]*|Tests\.dll|Bench\.dll|\.pdb|\.cs|\.csproj|\.ts|\.tsx)$")]
    private static partial Regex Tool();

    /// <summary>Made by the kernel or the container engine, and in memory.</summary>
    [GeneratedRegex("^/(dev|proc|sys)(/|$)")]
    private static partial Regex Kernel();
}
