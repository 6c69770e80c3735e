using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jangteo.Kinds;

namespace Jangteo.Tests.Deploy;

/// <summary>The workflows of .github/workflows: what they call, name and need exists, here or on the machine that runs them.</summary>
public sealed partial class PipelineTests
{
    private const string Folder = ".github/workflows/";

    /// <summary>What GitHub's machines bring and this one may lack.</summary>
    private static readonly string[] OfRunner = ["kustomize"];

    /// <summary>Words of the shell itself.</summary>
    private static readonly string[] OfShell = ["if", "then", "fi", "exit", "printf", "true", "for", "do", "done", "cd", "test", "["];

    public static TheoryData<string> Files => [.. Repository.Files.Where(path => path.StartsWith(Folder, StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    [Requirement("CP-6", "every command of the pipeline file exists")]
    public async Task Everything_that_the_pipeline_calls_exists(string file)
    {
        Assert.Equal("", string.Join('\n', await Broken(Repository.Read(file))));
    }

    [Fact]
    public void The_pipeline_goes_from_a_commit_to_a_roll_out_that_somebody_approves()
    {
        var ci = Jobs(Repository.Read(Folder + "ci.yml"));
        var release = Jobs(Repository.Read(Folder + "release.yml"));

        Assert.Equal(["image", "manifests", "packages", "test"], ci.Keys.Order());
        Assert.Equal("./.github/workflows/ci.yml", Text(release["ci"], "uses"));
        Assert.Equal(("ci", "image"), (Text(release["image"], "needs"), Text(release["deploy"], "needs")));
        Assert.Equal("production", Text(release["deploy"], "environment"));
        var audited = string.Join('\n', Commands(Steps(ci["packages"])).Select(command => command.Line));
        Assert.All(
            new[] { "dotnet package list", "npm audit", "LicenseTests", "CycloneDX", "--sbom-format cyclonedx", "--locked-mode" },
            step => Assert.Contains(step, audited, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run: ./jangteo ci", "run: ./jangteo cii", "./jangteo has no command cii")]
    [InlineData("npm ci ", "npm cii ", "npm has no command cii")]
    [InlineData("dotnet tool restore", "dotnet tol restore", "dotnet has no command tol")]
    [InlineData("dotnet CycloneDX", "dotnet Cyclone", "dotnet has no command Cyclone")]
    [InlineData("kubectl kustomize", "kubectl kustomise", "kubectl has no command kustomise")]
    [InlineData("mkdir -p artifacts/audit", "mkdirr -p artifacts/audit", "there is no program mkdirr")]
    [InlineData("deploy/k8s/overlays/dev", "deploy/k8s/overlays/develop", "deploy/k8s/overlays/develop is not there")]
    [InlineData("file: deploy/image/Containerfile", "file: deploy/image/Dockerfile", "deploy/image/Dockerfile is not there")]
    [InlineData("uses: actions/checkout@v4", "uses: actions/checkout@main", "actions/checkout@main can become another")]
    public async Task A_pipeline_that_calls_what_is_not_there_is_refused(string right, string wrong, string mistake)
    {
        var seeded = Repository.Read(Folder + "ci.yml").Replace(right, wrong, StringComparison.Ordinal);

        Assert.Contains(await Broken(seeded), line => line.Contains(mistake, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("needs: image", "needs: images", "deploy needs images")]
    [InlineData("secrets.SECRETS_ENV", "secrets.SECRET_ENV", "SECRET_ENV")]
    [InlineData("uses: ./.github/workflows/ci.yml", "uses: ./.github/workflows/test.yml", ".github/workflows/test.yml is not there")]
    public async Task A_release_that_needs_what_is_not_there_is_refused(string right, string wrong, string mistake)
    {
        var seeded = Repository.Read(Folder + "release.yml").Replace(right, wrong, StringComparison.Ordinal);

        Assert.Contains(await Broken(seeded), line => line.Contains(mistake, StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> Broken(string workflow)
    {
        var jobs = Jobs(workflow);
        var broken = new List<string>();
        foreach (var (name, job) in jobs)
        {
            if (Text(job, "needs") is { } needs && !jobs.ContainsKey(needs))
            {
                broken.Add($"{name} needs {needs}, which is no job");
            }

            if (Text(job, "uses") is { } other
                && !Exists(other.TrimStart('.', '/') is var path && other.StartsWith("./.") ? "." + path : path))
            {
                broken.Add($"{name}: {other[2..]} is not there");
            }

            foreach (var (line, folder) in Commands(Steps(job)))
            {
                broken.AddRange((await OfCommand(line, folder)).Select(mistake => $"{name}: {mistake}"));
            }

            broken.AddRange(Steps(job).SelectMany(OfAction).Select(mistake => $"{name}: {mistake}"));
        }

        // What the environment has to hold is written down where the pipeline is explained.
        var page = Repository.Read("docs/deploying-kubernetes.md");
        broken.AddRange(
            Secret().Matches(workflow).Select(match => match.Groups["name"].Value)
                .Where(name => name != "GITHUB_TOKEN" && !page.Contains($"`{name}`"))
            .Select(name => $"no page says what secret {name} is"));
        return broken;
    }

    private static IEnumerable<string> OfAction(Mapping step)
    {
        if (Text(step, "uses") is { } action && !Pinned().IsMatch(action))
        {
            yield return $"{action} can become another one";
        }

        if (Find(step, "with") is Mapping with && Text(with, "file") is { } file && !Exists(file))
        {
            yield return $"{file} is not there";
        }
    }

    private static async Task<IReadOnlyList<string>> OfCommand(string line, string folder)
    {
        var words = Word().Matches(line).Select(match => match.Value.Trim('"', '\'')).ToList();
        var broken = new List<string>();
        if (await UnknownCommand(words, folder) is { } unknown)
        {
            broken.Add(unknown);
        }

        // What is written comes into being; everything else that looks like a path of the repository has to be there.
        var written = Redirection().Matches(line).Select(match => match.Groups["to"].Value).ToHashSet();
        broken.AddRange(
            words.Skip(1).Where(word => IsOfRepository(word) && !written.Contains(word) && !Exists(word) && !IsIgnored(word))
                .Select(word => $"{word} is not there"));
        return broken;
    }

    private static async Task<string?> UnknownCommand(List<string> words, string folder)
    {
        var (program, first) = (words[0], words.ElementAtOrDefault(1) ?? "");
        var known = program switch
        {
            "./jangteo" => (await Said("./jangteo", "help")).Contains(first),
            "dotnet" => (await Said("dotnet", "--help")).Contains(first) || Tools().Contains($"dotnet-{first}"),
            "npm" => (await Said("npm", "help")).Contains(first) && (first != "run" || Scripts(folder).Contains(words[2])),
            "kubectl" => (await Said("kubectl", "--help")).Contains(first is "-n" ? words[3] : first),
            _ when OfShell.Contains(program) || OfRunner.Contains(program) => true,
            _ => OnPath(program),
        };
        return known ? null
            : program is "./jangteo" or "dotnet" or "npm" or "kubectl" ? $"{program} has no command {first}"
            : $"there is no program {program}";
    }

    private static readonly Dictionary<string, Task<HashSet<string>>> said = [];

    /// <summary>The words with which the lines of a program's help begin, and those of lists with commas between; asked once.</summary>
    private static Task<HashSet<string>> Said(string program, string argument)
    {
        lock (said)
        {
            return said.TryGetValue(program, out var known) ? known : said[program] = Ask(program, argument);
        }
    }

    private static async Task<HashSet<string>> Ask(string program, string argument)
    {
        var path = program.StartsWith("./", StringComparison.Ordinal) ? Path.Combine(Repository.Root, program) : program;
        var start = new ProcessStartInfo(path, [argument]) { RedirectStandardOutput = true, WorkingDirectory = Repository.Root };
        using var asked = Process.Start(start)!;
        var help = await asked.StandardOutput.ReadToEndAsync();
        await asked.WaitForExitAsync();
        return [.. HelpLine().Matches(help).SelectMany(match => match.Groups["words"].Value.Split(',', StringSplitOptions.TrimEntries))];
    }

    private static HashSet<string> Tools()
    {
        using var tools = JsonDocument.Parse(Repository.Read(".config/dotnet-tools.json"));
        return [.. tools.RootElement.GetProperty("tools").EnumerateObject()
            .SelectMany(tool => tool.Value.GetProperty("commands").EnumerateArray()).Select(command => command.GetString()!)];
    }

    private static List<string> Scripts(string folder)
    {
        using var package = JsonDocument.Parse(Repository.Read(Path.Combine(folder, "package.json")));
        return [.. package.RootElement.GetProperty("scripts").EnumerateObject().Select(script => script.Name)];
    }

    private static bool OnPath(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static bool IsOfRepository(string word) =>
        word.Contains('/') && !word.Contains('$') && Repository.Files.Select(file => file.Split('/')[0]).Contains(word.Split('/')[0]);

    private static bool Exists(string path) => Repository.Files
        .Any(file => file == path || file.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <summary>Made by the pipeline, and kept out of commits.</summary>
    private static bool IsIgnored(string path) => Repository.Read(".gitignore").Split('\n').Contains("/" + path);

    // --- the file ---

    private static Dictionary<string, Mapping> Jobs(string workflow)
    {
        var mistakes = new MistakesOf("workflow");
        var file = Yaml.Read(workflow, mistakes);
        Assert.Empty(mistakes.Found);
        return ((Mapping)Find(file!, "jobs")!).Entries.ToDictionary(job => job.Key.Text, job => (Mapping)job.Value);
    }

    private static IEnumerable<Mapping> Steps(Mapping job) => Find(job, "steps") is Sequence steps ? steps.Items.Cast<Mapping>() : [];

    private static Node? Find(Mapping mapping, string name) => mapping.Entries.FirstOrDefault(entry => entry.Key.Text == name).Value;

    private static string? Text(Mapping mapping, string name) => (Find(mapping, name) as Leaf)?.Text;

    /// <summary>Every command of every step, with the folder in which it runs.</summary>
    private static IEnumerable<(string Line, string Folder)> Commands(IEnumerable<Mapping> steps) =>
        from step in steps
        let run = Text(step, "run")
        where run is not null
        from line in run.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from command in Separator().Split(line)
        let bare = Prefix().Replace(command.Trim(), "")
        where bare.Length > 0
        select (bare, Text(step, "working-directory") ?? "");

    [GeneratedRegex(@"\s*(?:&&|\|\||;|\|)\s*")]
    private static partial Regex Separator();

    /// <summary>Words of the shell that come before a command.</summary>
    [GeneratedRegex(@"^((if|then|do|!)\s+)+")]
    private static partial Regex Prefix();

    [GeneratedRegex("""
        "[^"]*"|'[^']*'|[^\s'"<>]+
        """)]
    private static partial Regex Word();

    [GeneratedRegex(@">\s*(?<to>[^\s""]+)")]
    private static partial Regex Redirection();

    [GeneratedRegex(@"\$\{\{ *secrets\.(?<name>\w+) *\}\}")]
    private static partial Regex Secret();

    [GeneratedRegex(@"^[\w-]+/[\w./-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^\s{2,}(?<words>[a-zA-Z][\w-]*(, [a-z][\w-]*)*,?)(?=\s|$)", RegexOptions.Multiline)]
    private static partial Regex HelpLine();
}
