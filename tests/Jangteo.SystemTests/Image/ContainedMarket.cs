using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jangteo.Platform.Machine;
using Jangteo.Tests.Beds;

namespace Jangteo.SystemTests.Image;

/// <summary>
/// A market of two containers: the image as <c>deploy/image/build-here</c> builds it, and the PostgreSQL of this machine, whose data is on
/// a volume. The settings are a file that is mounted, as a ConfigMap is, and the connection string is another, as a Secret is.
/// </summary>
public sealed class ContainedMarket : IAsyncLifetime
{
    public const string Image = "localhost/jangteo:here";

    private const string Database = "postgres";
    private const string Service = "service";
    private const string Data = "data";

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(50);

    private readonly string folder = TestFolder.New();
    private readonly string password = Guid.NewGuid().ToString("N");
    private readonly int databasePort = Ports.Free();

    private HttpClient anonymous = null!;

    public async ValueTask InitializeAsync()
    {
        await TestFolder.Swept;
        await Podman.Sweep(ofThisRun: false);
        await Podman.Say(Path.Combine(JangteoProgram.Root, "deploy", "image", "build-here"), "jangteo");

        var port = Ports.Free();
        anonymous = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Write("jangteo.yaml", $"Jangteo: {{ Port: {port}, Sandbox: true, SandboxOpen: true, Language: ko }}\n");
        Write(
            "secrets/Jangteo__Database", $"Host=127.0.0.1;Port={databasePort};Username=jangteo;Password={password};Database=postgres\n");
        await Start();
    }

    /// <summary>Starts new containers of both kinds on the volume, and waits until the market is ready.</summary>
    public async Task Start()
    {
        await StartDatabase();
        await Podman.Run(
            Service,
            "--init", "--restart", "always", "--cap-drop", "all", "--security-opt", "no-new-privileges",
            "--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp",
            "--volume", $"{folder}/jangteo.yaml:/app/jangteo.yaml:ro",
            "--volume", $"{folder}/secrets:/run/secrets:ro",
            "--volume", $"{Podman.NameOf(Service)}:/var/lib/jangteo",
            // Stronger than the file, which says ko.
            "--env", "Jangteo__Language=en",
            Image);
        await Answers("/health/ready");
    }

    /// <summary>Ends both without a word, and throws the containers away.</summary>
    public static Task Remove() => Podman.Remove(Service, Database);

    public static Task<int> Process() => Podman.ProcessOf(Service);

    public static Task<JsonNode> Inspect() => Podman.Inspect(Service);

    public static Task<(int Code, TimeSpan Took)> Stop() => Podman.Stop(Service);

    /// <summary>As Docker does it every ten seconds.</summary>
    /// <exception cref="InvalidOperationException">It is unhealthy.</exception>
    public static Task CheckHealth() => Podman.Do("healthcheck", "run", Podman.NameOf(Service));

    public static Task StartStopped() => Podman.Do("start", Podman.NameOf(Service));

    /// <summary>Everything the program has said since it was made.</summary>
    public static Task<string> Log() => Podman.Do("logs", Podman.NameOf(Service));

    /// <summary>Waits until an address is answered with 200.</summary>
    public async Task Answers(string path)
    {
        var clock = Stopwatch.StartNew();
        while (!await IsWell(path))
        {
            if (clock.Elapsed > ReadyWithin)
                throw new TimeoutException($"{path} was not answered with 200 within {ReadyWithin}:\n{await Log()}");
            await Task.Delay(LooksEvery);
        }
    }

    public Task<HttpResponseMessage> Get(string path) => anonymous.GetAsync(path);

    public async Task<JsonNode> Send(string person, string path, object body)
    {
        var session = await Read(await anonymous.PostAsJsonAsync("/api/session", new { person }));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)session["token"]!);
        return await Read(await anonymous.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        anonymous?.Dispose();
        await Podman.Sweep(ofThisRun: true);
        await TestFolder.Remove(folder);
    }

    private async Task<bool> IsWell(string path)
    {
        try
        {
            using var answer = await anonymous.GetAsync(path);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static async Task<JsonNode> Read(HttpResponseMessage answer)
    {
        using (answer)
        {
            var said = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, said);
            return JsonNode.Parse(said)!;
        }
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>
    /// Its container has the files of this machine under a layer of its own, so what is not on the volume is gone with the container.
    /// </summary>
    private Task StartDatabase()
    {
        var programs = Directory.GetDirectories("/usr/lib/postgresql")
            .MaxBy(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)) + "/bin";
        const string MakeAndServe = """
            set -e
            cd /
            if [ ! -e "$0/PG_VERSION" ]; then
                echo "$PASSWORD" | "$1/initdb" --pgdata "$0" --username jangteo --auth scram-sha-256 --pwfile /dev/stdin >/dev/null
            fi
            exec "$1/postgres" -D "$0" -p "$2" -k "" -c listen_addresses=127.0.0.1
            """;
        return Podman.Run(
            Database,
            "--user", "postgres", "--env", $"PASSWORD={password}", "--tmpfs", "/tmp:notmpcopyup",
            "--volume", $"{Podman.NameOf(Data)}:/volume:U",
            "--rootfs", "/:O", "sh", "-c", MakeAndServe, "/volume/data", programs, $"{databasePort}");
    }
}
