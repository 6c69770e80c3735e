using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>Reads kinds from their folders. Bad input is never an exception: it is a list of mistakes, each with its file and line.</summary>
public static class KindReader
{
    public const string TableFile = "trade.yaml";

    /// <summary>
    /// What listings of a kind say. A file of its own, which a kind may lack: the table of a version is kept with its trades and has to be
    /// read by processes of the release before, and this changes no trade.
    /// </summary>
    public const string ListingFile = "listing.yaml";

    /// <summary>Reads the folder of a kind, or a folder of such folders. The form only: <see cref="Check"/> judges what the tables mean.</summary>
    public static Reading<Shelf> Read(string folder)
    {
        var read = ReadFolders(folder);
        var mistakes = read.Mistakes.AddRange(read.Folders.SelectMany(one => one.Mistakes));
        return mistakes.IsEmpty ? new Reading<Shelf>(ShelfOf(read.Folders), []) : new Reading<Shelf>(null, mistakes);
    }

    /// <summary>Reads one table from its text: how a stored version is read again from <see cref="Kind.Source"/>.</summary>
    public static Reading<Kind> ReadTable(string source, string file)
    {
        var mistakes = new MistakesOf(file);
        var kind = TableReader.Read(source, mistakes);
        return new Reading<Kind>(kind, mistakes.Found);
    }

    internal static (ImmutableArray<KindFolder> Folders, ImmutableArray<Mistake> Mistakes) ReadFolders(
        string folder, ReadsText? reads = null)
    {
        folder = folder.Length > 1 ? folder.TrimEnd('/') : folder;
        if (!Directory.Exists(folder))
        {
            return ([], [new Mistake(folder, 1, "K8", "there is no such folder; name the folder of a kind or a folder of kinds")]);
        }

        if (File.Exists(Path.Combine(folder, TableFile)))
        {
            return ([ReadKind(folder, reads)], []);
        }

        var folders = Directory.GetDirectories(folder).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal).ToList();
        return folders.Count == 0
            ? ([], [new Mistake($"{folder}/{TableFile}", 1, "K8", "there is no kind here; a kind is a folder with a trade.yaml")])
            : ([.. folders.Select(one => ReadKind(one, reads))], []);
    }

    internal static Shelf ShelfOf(IEnumerable<KindFolder> folders)
    {
        var texts = new Texts();
        foreach (var folder in folders)
        {
            texts = folder.Texts.Aggregate(texts, (all, one) => all.With(folder.Kind!.Name, one));
        }

        return Shelf.Of(folders.Select(folder => folder.Kind!), texts);
    }

    private static KindFolder ReadKind(string folder, ReadsText? reads)
    {
        var file = $"{folder}/{TableFile}";
        var mistakes = new MistakesOf(file);
        Kind? kind = null;
        if (ReadText(file, mistakes) is { } source)
        {
            kind = TableReader.Read(source, mistakes);
            var name = Path.GetFileName(Path.GetFullPath(folder));
            if (kind is not null && kind.Name != name)
            {
                mistakes.Add(1, $"the kind is called \"{kind.Name}\" and its folder \"{name}\"; give both one name");
            }
        }

        var all = mistakes.Found;
        var listingFile = $"{folder}/{ListingFile}";
        if (File.Exists(listingFile))
        {
            var inListing = new MistakesOf(listingFile);
            if (ReadText(listingFile, inListing) is { } written)
            {
                var fields = TableReader.ReadListingFields(written, inListing);
                kind = kind is null ? null : kind with { Listing = kind.Listing with { Fields = fields } };
            }

            all = all.AddRange(inListing.Found);
        }

        var texts = ImmutableArray.CreateBuilder<TextsOfOneLanguage>();
        foreach (var language in Texts.Languages)
        {
            var textsFile = $"{folder}/texts.{language}.yaml";
            if (!File.Exists(textsFile))
            {
                // A missing file is a missing text, and K7 says so.
                texts.Add(TextsOfOneLanguage.Empty(language, textsFile));
                continue;
            }

            var inTexts = new MistakesOf(textsFile);
            if (ReadText(textsFile, inTexts) is { } written)
            {
                texts.Add(TextsReader.Read(written, language, kind, inTexts, reads));
            }

            all = all.AddRange(inTexts.Found);
        }

        return new KindFolder(file, kind, texts.ToImmutable(), all);
    }

    private static string? ReadText(string file, MistakesOf mistakes)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            mistakes.Add(1, $"the file cannot be read: {unreadable.Message}");
            return null;
        }
    }
}

/// <summary>A kind's folder as read. The kind is null when its table has mistakes of form.</summary>
internal sealed record KindFolder(string File, Kind? Kind, ImmutableArray<TextsOfOneLanguage> Texts, ImmutableArray<Mistake> Mistakes);
