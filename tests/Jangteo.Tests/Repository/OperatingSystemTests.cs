using System.Text.RegularExpressions;

namespace Jangteo.Tests;

/// <summary>What only one operating system has stands behind HostSystem, or in a file that says that it runs on Linux.</summary>
public sealed partial class OperatingSystemTests
{
    private const string Port = "src/Jangteo.Platform/Machine/";

    [Fact]
    public void Nothing_of_one_operating_system_is_used_outside_of_its_file()
    {
        var found = Repository.Lines("src/").Where(line => line.Where.Contains(".cs:") && OfOneSystem().IsMatch(line.Text) && !SaysSo(line.Where.Split(':')[0]));

        Assert.Equal("", string.Join('\n', found.Select(line => $"{line.Where}: {line.Text.Trim()}")));
    }

    [Theory]
    [InlineData("File.ReadAllText($\"/proc/{process}/stat\")")]
    [InlineData("Process.Start(\"setpriv\", words)")]
    [InlineData("new ProcessStartInfo(\"sh\", [\"-c\", script])")]
    [InlineData("    [DllImport(\"libc\")]")]
    [InlineData("Posix.Signal(process, 9);")]
    [InlineData("File.SetUnixFileMode(path, mode);")]
    public void What_only_one_operating_system_has_is_seen(string line)
    {
        Assert.Matches(OfOneSystem(), line);
    }

    [Fact]
    public void The_compiler_refuses_calls_that_a_system_lacks()
    {
        Assert.Contains("dotnet_diagnostic.CA1416.severity = error", Repository.Read(".editorconfig"));
        Assert.Empty(Repository.Lines("src/", "tools/").Where(line => Regex.IsMatch(line.Text, "(pragma|Suppress|NoWarn).*CA1416")));
    }

    [Fact]
    public void Every_system_has_its_port()
    {
        foreach (var (name, system) in new[] { ("Linux", "linux"), ("Mac", "macos"), ("Windows", "windows") })
        {
            Assert.Contains($"[SupportedOSPlatform(\"{system}\")]\ninternal sealed class {name}System", Repository.Read($"{Port}{name}System.cs"));
        }
    }

    private static bool SaysSo(string file) => Repository.Read(file).Contains("SupportedOSPlatform(\"");

    [GeneratedRegex("""/proc/|"(setpriv|setsid|sh|bash|kill|ps|perl|runuser)"|DllImport|LibraryImport|\bPosix\.|SetUnixFileMode""")]
    private static partial Regex OfOneSystem();
}
