using System.Diagnostics;
using Jangteo.Platform.Machine;
using Jangteo.Tests.Beds;

namespace Jangteo.SystemTests.Image;

/// <summary>The image of the courier, built here as the one of the program is, beside a Redis of this machine.</summary>
public sealed class CourierImageTests : IAsyncLifetime
{
    private const string Image = "localhost/jangteo-courier:here";
    private const string Courier = "courier";

    private readonly string folder = TestFolder.New();
    private Process? redis;

    public async ValueTask InitializeAsync()
    {
        await Podman.Sweep(ofThisRun: false);
        await Podman.Say(Path.Combine(JangteoProgram.Root, "deploy", "image", "build-here"), "courier");
    }

    [Fact]
    public async Task It_serves_without_privileges_is_healthy_and_hears_that_it_is_to_stop()
    {
        var (port, redisPort) = (Ports.Free(), Ports.Free());
        redis = Process.Start(
            "setpriv",
            [
                "--pdeathsig", "KILL", "redis-server", "--bind", "127.0.0.1", "--port", $"{redisPort}",
                "--dir", folder, "--logfile", Path.Combine(folder, "redis.log"),
                "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
            ]);
        await Podman.Run(
            Courier, "--init", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges",
            "--restart", "always",
            "--env", $"COURIER_REDIS=redis://127.0.0.1:{redisPort}/0", "--env", $"COURIER_SECRET={Guid.NewGuid()}",
            "--env", $"COURIER_PORT={port}", "--env", "COURIER_ROUTES=sms=file",
            Image);
        await Podman.Says(Courier, "Ready.");

        await Podman.Do("healthcheck", "run", Podman.NameOf(Courier));
        var (code, took) = await Podman.Stop(Courier);

        Assert.Equal(0, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(39));
    }

    public async ValueTask DisposeAsync()
    {
        await Podman.Remove(Courier);
        redis?.Kill();
        redis?.Dispose();
        await TestFolder.Remove(folder);
    }
}
