using System.Diagnostics;
using System.Text.RegularExpressions;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Deploy;

/// <summary>An overlay of deploy/k8s as <c>kubectl kustomize</c> renders it from the committed files.</summary>
internal static class Overlay
{
    public const string Dev = "dev";
    public const string Production = "production";

    private const string Folder = "deploy/k8s/overlays";

    private static readonly Dictionary<string, Lazy<Task<string>>> rendered =
        Names.ToDictionary(name => name, name => new Lazy<Task<string>>(() => RenderAnew(name)));

    /// <summary>Every folder under deploy/k8s/overlays.</summary>
    public static IEnumerable<string> Names =>
        Repository.Files.Where(path => path.StartsWith(Folder + "/", StringComparison.Ordinal)).Select(path => path.Split('/')[3])
            .Distinct();

    /// <summary>The objects as YAML. An overlay is rendered once for all tests.</summary>
    public static Task<string> Render(string name) => rendered[name].Value;

    private static async Task<string> RenderAnew(string name)
    {
        var copy = TestFolder.New("deploy");
        try
        {
            foreach (var path in Repository.Files.Where(path => path.StartsWith("deploy/", StringComparison.Ordinal)))
            {
                var to = Path.Combine(copy, path);
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(Path.Combine(Repository.Root, path), to);
            }

            await FillIn(Path.Combine(copy, Folder, name));
            return await Kustomize(Path.Combine(copy, Folder, name));
        }
        finally
        {
            await TestFolder.Remove(copy);
        }
    }

    /// <summary>Does with the example of secrets what its first line asks for.</summary>
    private static async Task FillIn(string overlay)
    {
        var example = Path.Combine(overlay, "secrets.example.env");
        if (File.Exists(example))
        {
            var filled = Regex.Replace(await File.ReadAllTextAsync(example), "<([a-z-]+)>", "$1.example");
            await File.WriteAllTextAsync(Path.Combine(overlay, "secrets.env"), filled);
        }
    }

    private static async Task<string> Kustomize(string folder)
    {
        var start = new ProcessStartInfo("kubectl", ["kustomize", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var kubectl = Process.Start(start)!;
        var (text, complaint) = (kubectl.StandardOutput.ReadToEndAsync(), kubectl.StandardError.ReadToEndAsync());
        await kubectl.WaitForExitAsync();
        Assert.True(kubectl.ExitCode == 0, $"kubectl kustomize {folder}: {await complaint}");
        return await text;
    }
}
