using System.Text.RegularExpressions;
using System.Xml.Linq;
using Jangteo.Kinds;

namespace Jangteo.Tests;

/// <summary>The shape of the source tree (DESIGN §1), read from its files: each fact here is one that nobody notices to be broken until it is expensive.</summary>
public sealed class ShapeTests
{
    [Theory]
    [InlineData("Kinds")]
    [InlineData("Contracts", "Kinds")]
    [InlineData("Platform", "Contracts", "Kinds")]
    public void What_modules_stand_on_refers_only_downwards(string project, params string[] below)
    {
        Assert.Empty(References(project).Except(below));
    }

    [Fact]
    public void A_module_refers_to_no_other_module()
    {
        var modules = Modules.All.Select(name => char.ToUpperInvariant(name[0]) + name[1..]).ToList();

        Assert.Equal(modules.Order(), Projects().Except(["Jangteo", "Kinds", "Contracts", "Platform"]).Order());
        Assert.Empty(modules.SelectMany(module => References(module).Except(["Contracts", "Kinds", "Platform"]).Select(other => $"{module} refers to {other}")));
    }

    [Fact]
    public void No_kind_is_named_in_code()
    {
        var kinds = Repository.Files.Where(path => path.StartsWith("kinds/")).Select(path => path.Split('/')[1]).Where(name => !name.Contains('.')).Distinct().ToList();
        // second-hand, SecondHand, second_hand and secondHand are the same name.
        var named = new Regex(string.Join('|', kinds.Select(kind => kind.Replace("-", "[-_ ]?"))), RegexOptions.IgnoreCase);

        Assert.Equal(5, kinds.Count);
        Nowhere(Repository.Lines("src/", "web/").Where(line => named.IsMatch(line.Text)));
    }

    [Fact]
    public void Only_the_program_asks_whether_it_runs_everything()
    {
        var asked = new Regex("""(==|!=|\bis|\bis not|Equals\()\s*"all"|"all"\s*(==|!=|=>)""");

        Nowhere(Repository.Lines("src/", "tests/", "bench/", "tools/").Where(line => !line.Where.StartsWith("src/Jangteo/") && asked.IsMatch(line.Text)));
    }

    [Fact]
    public void Names_that_say_nothing_are_not_used()
    {
        var empty = new Regex(@"\b(class|record|struct|interface|enum)\s+\w*(Service|Manager|Helper|Processor|Impl|Dto|Common|Utils|Base)\b");

        Nowhere(Repository.Lines("src/", "tests/", "bench/", "tools/").Where(line => line.Where.Contains(".cs:") && empty.IsMatch(line.Text)));
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on_or_where_packages_come_from()
    {
        // Put together here, so that this file does not hold what it looks for.
        string[] hosts = ["registry.npm" + "js.org", "api.nu" + "get.org", "nu" + "get.org/api", "pkgs.dev" + ".azure.com", "npm.pkg." + "github.com"];
        string[] paths = ["/ro" + "ot/", "/ho" + "me/", "/tm" + "p/", @"C:\Us" + "ers", "/wo" + "rk/"];

        Nowhere(Repository.Lines().Where(line => hosts.Any(line.Text.Contains)));
        Nowhere(Repository.Lines().Where(line => paths.Any(path => Regex.IsMatch(line.Text, $@"(^|[\s""'=(`]){Regex.Escape(path)}"))));
    }

    [Fact]
    public void Package_versions_are_exact_and_stand_in_one_place()
    {
        var versions = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(package => (string)package.Attribute("Version")!);

        Assert.All(versions, version => Assert.Matches(@"^\d+(\.\d+)+(-[a-z]+\.\d+)?\z", version));
        Nowhere(Repository.Lines("src/", "tests/", "bench/", "tools/").Where(line => line.Where.Contains(".csproj:") && Regex.IsMatch(line.Text, "<PackageReference.*Version")));
    }

    [Fact]
    public void The_root_holds_what_belongs_there_and_nothing_else()
    {
        string[] belongs =
        [
            ".ci", ".config", ".dockerignore", ".editorconfig", ".gitattributes", ".github", ".gitignore", ".npmrc", "CONTRIBUTING.md",
            "Directory.Build.props", "Directory.Packages.props", "Jangteo.slnx", "LICENSE", "README.ko.md", "README.md", "bench", "deploy",
            "docs", "examples", "global.json", "jangteo", "jangteo.cmd", "jangteo.yaml", "kinds", "services", "src", "tests", "tools", "web",
        ];

        Assert.Empty(Repository.Files.Select(path => path.Split('/')[0]).Distinct().Except(belongs));
    }

    private static void Nowhere(IEnumerable<(string Where, string Text)> lines) =>
        Assert.Equal("", string.Join('\n', lines.Select(line => $"{line.Where}: {line.Text.Trim()}")));

    private static IEnumerable<string> Projects() =>
        Repository.Files.Where(path => path.StartsWith("src/") && path.EndsWith(".csproj")).Select(path => Short(Path.GetFileNameWithoutExtension(path)));

    private static IEnumerable<string> References(string project) =>
        XDocument.Parse(Repository.Read($"src/Jangteo.{project}/Jangteo.{project}.csproj")).Descendants("ProjectReference")
            .Select(reference => Short(Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)));

    private static string Short(string project) => project.StartsWith("Jangteo.") ? project["Jangteo.".Length..] : project;
}
