using System.IO.Enumeration;

namespace Jangteo.Cli.Building;

/// <summary>Something that is built, and whether it is as new as its sources.</summary>
/// <param name="Name">Of its stamp and log in artifacts/built.</param>
/// <param name="From">Folders and files, from the root, that it is made of.</param>
internal sealed record Made(string Name, params string[] From)
{
    /// <summary>What every build depends on.</summary>
    private static readonly string[] ofAll = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"];

    /// <summary>Folders in which builds write what they need themselves.</summary>
    private static readonly string[] notSources = ["node_modules", "generated", "dist"];

    private string Stamp => Path.Combine(Place.Built, Name);

    public string Log => Stamp + ".log";

    /// <summary>No file, and no folder that lost one, is newer than the last build.</summary>
    public bool IsCurrent
    {
        get
        {
            var built = File.GetLastWriteTimeUtc(Stamp);
            return File.Exists(Stamp) && !From.Concat(ofAll).Any(source => IsNewer(Place.At(source), built));
        }
    }

    /// <summary>Runs a build, unless another process has just done so. What is edited meanwhile counts as newer than it.</summary>
    /// <param name="build">The build; what it says goes to the log.</param>
    /// <param name="prepare">What comes before it and makes folders among the sources, which then count as older.</param>
    /// <exception cref="StopException">It does not build; its errors are the message.</exception>
    public async Task Build(Func<Action<string>, Task<int>> build, Func<Action<string>, Task<int>>? prepare = null)
    {
        await using var turn = await BuildTurn.Take();
        if (IsCurrent)
        {
            return;
        }

        var begun = Stamp + ".begun";
        int code;
        await using (var log = new StreamWriter(Log))
        {
            code = prepare is null ? 0 : await prepare(log.WriteLine);
            await File.WriteAllTextAsync(begun, "");
            code = code == 0 ? await build(log.WriteLine) : code;
        }

        if (code != 0)
        {
            var lines = await File.ReadAllLinesAsync(Log);
            var errors = lines.Where(line => Error.IsIn(line)).Distinct().Order(StringComparer.Ordinal).ToArray();
            throw new StopException($"{string.Join('\n', errors.Length > 0 ? errors : lines)}\nIt does not build; the whole of it is in {Path.GetRelativePath(Place.Root, Log)}.");
        }

        File.Move(begun, Stamp, overwrite: true);
    }

    private static bool IsNewer(string source, DateTime built)
    {
        if (File.Exists(source))
        {
            return File.GetLastWriteTimeUtc(source) > built;
        }

        if (!Directory.Exists(source))
        {
            return false;
        }

        return Directory.GetLastWriteTimeUtc(source) > built || new FileSystemEnumerable<bool>(
            source, (ref entry) => entry.LastWriteTimeUtc.UtcDateTime > built,
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        {
            ShouldIncludePredicate = (ref entry) => !IsNoSource(ref entry),
            ShouldRecursePredicate = (ref entry) => !IsNoSource(ref entry),
        }.Any(isNewer => isNewer);
    }

    private static bool IsNoSource(ref FileSystemEntry entry)
    {
        foreach (var name in notSources)
        {
            if (entry.FileName.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
