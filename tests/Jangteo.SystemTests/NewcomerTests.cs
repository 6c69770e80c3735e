using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;
using Jangteo.Tests;

namespace Jangteo.SystemTests;

/// <summary>
/// README's first two commands in a copy of the repository's files, by a user who is not root, on a machine without PostgreSQL. Packages that this
/// machine has fetched before are lent to that user, so that the test measures no network.
/// </summary>
public sealed class NewcomerTests
{
    private static readonly TimeSpan BuildsWithin = TimeSpan.FromMinutes(10);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_and_demo_work_from_a_clean_copy_without_PostgreSQL_and_without_root()
    {
        await using var newcomer = await Newcomer.Arrive(ct);

        // Two at once: one builds, and the other waits for it.
        var check = newcomer.Run("./jangteo check kinds", ct);
        var first = await newcomer.RunUntilReady(BuildsWithin, ct);
        var (checkCode, checkSaid) = await check;
        Assert.True(checkCode == 0 && checkSaid.Contains("all is well", StringComparison.Ordinal), checkSaid);
        Assert.Contains("Building the pages and the program", first + checkSaid);
        if (Posix.IsRoot)
        {
            // Otherwise this user's machine may have a PostgreSQL that cannot be hidden.
            Assert.Contains("Installing PostgreSQL", first);
            Assert.Equal("18", (await File.ReadAllTextAsync(Path.Combine(newcomer.Market, "data", "postgres", "cluster", "PG_VERSION"), ct)).Trim());
        }

        // Nothing has changed, so nothing is built or installed.
        var second = await newcomer.RunUntilReady(BuildsWithin, ct);
        Assert.DoesNotContain(" ...", second);

        var (code, said) = await newcomer.Run("./jangteo demo second-hand", ct);
        Assert.True(code == 0, said);
    }

    /// <summary>A user of this machine who has just arrived, with the repository's files.</summary>
    private sealed class Newcomer : IAsyncDisposable
    {
        private const string Prefix = "jangteo-new-";
        private static readonly string name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}");
        private readonly string home = Path.Combine(Path.GetTempPath(), name);
        private readonly int port = Ports.Free();

        public string Market => Path.Combine(home, "jangteo");

        public static async Task<Newcomer> Arrive(CancellationToken ct)
        {
            var newcomer = new Newcomer();
            await newcomer.Prepare(ct);
            return newcomer;
        }

        /// <summary>Starts the market with README's command, looks at its first page, and stops it. Answers what was said.</summary>
        public async Task<string> RunUntilReady(TimeSpan within, CancellationToken ct)
        {
            var log = Path.Combine(home, "run.log");
            using var running = Start($"exec ./jangteo run >{log} 2>&1");
            using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
            var began = Stopwatch.StartNew();
            while (!await Answers(http, ct))
            {
                if (running.HasExited || began.Elapsed > within)
                    Assert.Fail($"It was not ready after {began.Elapsed}: {(File.Exists(log) ? await File.ReadAllTextAsync(log, ct) : "it said nothing")}");
                await Task.Delay(100, ct);
            }

            Assert.Contains("<html", await http.GetStringAsync("/", ct));
            // The script has become the program, so it is the program that is told to stop.
            Posix.Signal(running.Id, Posix.Interrupt);
            await running.WaitForExitAsync(ct);
            Assert.Equal(0, running.ExitCode);
            return await File.ReadAllTextAsync(log, ct);
        }

        public async Task<(int Code, string Said)> Run(string command, CancellationToken ct)
        {
            var log = Path.Combine(home, "command.log");
            using var running = Start($"exec {command} >{log} 2>&1");
            await running.WaitForExitAsync(ct);
            return (running.ExitCode, await File.ReadAllTextAsync(log, ct));
        }

        public async ValueTask DisposeAsync() => await Shell($"{Removal}\nremove {name} '{home}'", CancellationToken.None);

        // A build that was cut off goes on writing until it has ended, and a folder that is written to cannot be removed.
        private const string Removal =
            """
            remove() {
              if id "$1" >/dev/null 2>&1; then
                for attempt in $(seq 50); do pkill -KILL -u "$1" || break; sleep 0.1; done
                userdel "$1" 2>/dev/null
              fi
              rm -rf "$2"
            }
            """;

        private async Task Prepare(CancellationToken ct)
        {
            // Of runs that were killed: users, where root made them, and folders, which stand in their entries or are beside this one.
            await Shell(
                $$"""
                {{Removal}}
                gone() { [ ! -e "/proc/${1#{{Prefix}}}" ]; }
                for user in $(grep -o '^{{Prefix}}[0-9]*' /etc/passwd); do
                  if gone "$user"; then remove "$user" "$(getent passwd "$user" | cut -d: -f6)"; fi
                done
                for folder in '{{Path.GetTempPath()}}'/{{Prefix}}*; do
                  if [ -d "$folder" ] && gone "$(basename "$folder")"; then remove none "$folder"; fi
                done
                """, ct);

            Directory.CreateDirectory(Market);
            // What is not committed yet is tried too.
            await Shell($"git -C '{Repository.Root}' -c safe.directory='*' ls-files -z | tar -C '{Repository.Root}' --null --ignore-failed-read -T - -c | tar -C '{Market}' -x", ct);
            if (!Posix.IsRoot)
                return;

            await Shell(
                $"""
                useradd --no-create-home --home-dir '{home}' {name}
                mkdir -p '{home}/.nuget/packages'
                if [ -d ~/.npm/_cacache ]; then mkdir '{home}/.npm' && cp -r ~/.npm/_cacache '{home}/.npm'; fi
                chown -R {name}: '{home}'
                """, ct);
        }

        /// <summary>A command of this user, in the folder of the market.</summary>
        private Process Start(string command)
        {
            var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
            var asNewcomer =
                $"""
                if [ -d /usr/lib/postgresql ]; then mount -t tmpfs none /usr/lib/postgresql; fi
                mount -o bind '{packages}' '{home}/.nuget/packages'
                exec setpriv --reuid={name} --regid={name} --init-groups "$@"
                """;
            string[] root = Posix.IsRoot ? ["unshare", "--mount", "--", "sh", "-euc", asNewcomer, "sh"] : [];
            string[] words = [.. root, "env", "-i", $"HOME={home}", $"PATH={Environment.GetEnvironmentVariable("PATH")}", $"Jangteo__Port={port}", "NUGET_CERT_REVOCATION_MODE=offline", "sh", "-c", command];
            return Process.Start(new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = Market })!;
        }

        private static async Task Shell(string commands, CancellationToken ct)
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", commands]))!;
            await shell.WaitForExitAsync(ct);
        }

        private static async Task<bool> Answers(HttpClient http, CancellationToken ct)
        {
            try
            {
                using var answer = await http.GetAsync("/health/ready", ct);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
