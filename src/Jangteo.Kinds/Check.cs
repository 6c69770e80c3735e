using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>A version of a table that is stored because trades have begun with it.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Version">Its number.</param>
/// <param name="Hash">Its <see cref="Kind.Hash"/> then.</param>
public sealed record StoredVersion(string Name, int Version, string Hash);

/// <summary>What the checks say of a folder.</summary>
/// <param name="Shelf">The kinds, when all is well.</param>
/// <param name="Mistakes">Every mistake of every kind.</param>
/// <param name="Lines">What to print: a line for each mistake and for each kind that is well.</param>
public sealed record Verdict(Shelf? Shelf, ImmutableArray<Mistake> Mistakes, ImmutableArray<string> Lines)
{
    public bool IsWell => Mistakes.IsEmpty;
}

/// <summary>
/// Judges kinds before any trade depends on them: K1 to K10 of DESIGN §3, and K11 (<see cref="EscrowCheck"/>). Pure; a few milliseconds a
/// kind.
/// </summary>
public static class Check
{
    /// <summary>Reads and checks the folder of a kind, or a folder of such folders.</summary>
    /// <param name="stored">The versions with which trades have begun (K10).</param>
    /// <param name="reads">The rules for text of the program that will show the kinds (K8).</param>
    public static Verdict Folder(string folder, IEnumerable<StoredVersion>? stored = null, ReadsText? reads = null)
    {
        var versions = (stored ?? []).ToList();
        var (folders, mistakes) = KindReader.ReadFolders(folder, reads);
        var lines = mistakes.Select(mistake => mistake.ToString()).ToList();
        foreach (var one in folders)
        {
            var found = one.Mistakes;
            var configurations = 0;
            if (one.Kind is { } kind)
            {
                (var inTable, configurations) = Explored(kind, one.File);
                found = [.. found, .. inTable, .. TextsOf(kind, one.Texts), .. Version(kind, one.File, versions)];
            }

            mistakes = mistakes.AddRange(found);
            lines.AddRange(found.IsEmpty
                ? [$"{one.Kind!.Name}: {one.Kind.Moves.Length} rows, {one.Kind.States.Length + 1} states, {configurations} configurations: all is well"]
                : found.Select(mistake => mistake.ToString()));
        }

        return new Verdict(mistakes.IsEmpty ? KindReader.ShelfOf(folders) : null, mistakes, [.. lines]);
    }

    /// <summary>What a table means: K1 to K6, K9 and K11, each with the path that leads to the fault.</summary>
    public static ImmutableArray<Mistake> Table(Kind kind, string file) => Explored(kind, file).Mistakes;

    /// <summary>K10: a table with which trades have begun never changes; the next version stands beside it.</summary>
    public static ImmutableArray<Mistake> Version(Kind kind, string file, IEnumerable<StoredVersion> stored)
    {
        var ofKind = stored.Where(version => version.Name == kind.Name).ToList();
        if (!ofKind.Any(version => version.Version == kind.Version && version.Hash != kind.Hash))
        {
            return [];
        }

        var line = 1 + kind.Source.Split('\n').ToList().FindIndex(text => text.StartsWith("version:", StringComparison.Ordinal));
        return [new Mistake(file, Math.Max(1, line), "K10", $"trades have begun with version {kind.Version} of {kind.Name}, and its table has changed since; write version: {ofKind.Max(version => version.Version) + 1}")];
    }

    private static (ImmutableArray<Mistake> Mistakes, int Configurations) Explored(Kind kind, string file)
    {
        var exploration = Exploration.Of(kind);
        return (new TableCheck(kind, file, exploration).Mistakes(), exploration.All.Count);
    }

    /// <summary>K7: whatever people read has a text in every language, of the kind or of the engine.</summary>
    private static IEnumerable<Mistake> TextsOf(Kind kind, ImmutableArray<TextsOfOneLanguage> texts)
    {
        var all = texts.Aggregate(new Texts(), (sum, one) => sum.With(kind.Name, one));
        foreach (var one in texts)
        {
            foreach (var (section, key, what, readers) in NeededTexts(kind))
            {
                var line = one.Lines.GetValueOrDefault(key[..Math.Max(0, key.LastIndexOf('.'))], one.Lines.GetValueOrDefault(section, 1));
                var lack = readers.Where(reader => !all.Has(kind.Name, key, reader, one.Language)).Select(Words.Of).ToList();
                if (lack.Count > 0 || (readers.Length == 0 && !all.Has(kind.Name, key, one.Language)))
                {
                    yield return new Mistake(
                        one.File, line, "K7",
                        lack.Count < readers.Length ? $"{what} has no text here for {string.Join(" and ", lack)}; write {key}.{lack[0]}, or one text for all"
                            : $"{what} has no text here; write {key}");
                }
            }
        }
    }

    /// <summary>Each with the parties that it may be said to in words of their own.</summary>
    private static IEnumerable<(string Section, string Key, string What, Party[] Readers)> NeededTexts(Kind kind)
    {
        yield return ("title", "title", "the kind", []);
        foreach (var party in Words.All<Party>())
        {
            yield return ("parties", $"parties.{party}", $"the party {party}", []);
        }

        foreach (var state in kind.States)
        {
            yield return ("states", $"states.{state}.label", $"the state {state}", []);
            if (!kind.IsFinal(state))
            {
                yield return ("states", $"states.{state}.waits", $"what the state {state} waits for", Enum.GetValues<Party>());
            }
        }

        foreach (var move in kind.Moves.Select(move => move.Do).Distinct())
        {
            yield return ("moves", $"moves.{move}.label", $"the move {move}", []);
            yield return ("moves", $"moves.{move}.told", $"the notice of the move {move}", [Party.Buyer, Party.Seller]);
        }

        foreach (var code in kind.Moves.SelectMany(move => move.First).SelectMany(verb => verb.No).Append(Verb.TimedOut).Append(Verb.SoldOut).Distinct())
        {
            yield return ("refusals", $"refusals.{code}", $"the refusal {code}", []);
        }
    }
}
