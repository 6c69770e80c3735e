using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jangteo.Contracts;
using Jangteo.Platform.Machine;

namespace Jangteo.Backups;

/// <summary>What a backup holds: its <c>manifest.json</c>.</summary>
internal sealed partial record Backup
{
    public const string FileName = "manifest.json";

    /// <summary>Raised when files of before can no longer be read as they are now.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    private static readonly JsonSerializerOptions Indented = new(Wire.Json) { WriteIndented = true };

    /// <summary>The release that made it.</summary>
    public required string Program { get; init; }

    /// <summary>The moment to which a restore goes back, by the clock of the machine that made it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, and of that for how long commits were held back to see all databases at one moment.</summary>
    public required double Seconds { get; init; }

    public required double HeldMilliseconds { get; init; }

    /// <summary>Whether RabbitMQ was between its modules. It can be restored into either shape.</summary>
    public required bool IsSplit { get; init; }

    /// <summary>Whether it holds people of the sandbox, as every sandbox does from its first start on.</summary>
    public required bool Sandbox { get; init; }

    /// <summary>That of its listings; null where there are none.</summary>
    public string? Currency { get; init; }

    /// <summary>Every kind and version of which there can be trades, its name and number.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    public required IReadOnlyList<BackupSchema> Schemas { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public long Bytes => Files.Sum(file => file.Bytes);

    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<BackupFile> Files => Schemas.SelectMany(schema => schema.Tables).SelectMany(table => table.Files);

    [System.Text.Json.Serialization.JsonIgnore]
    public long Rows => Files.Sum(file => file.Rows);

    /// <summary>Rows of one table.</summary>
    public long RowsOf(string schema, string table) =>
        Schemas.Where(one => one.Name == schema).SelectMany(one => one.Tables).Where(one => one.Name == table).Sum(
            one => one.Files.Sum(file => file.Rows));

    /// <exception cref="UnavailableException">There is no backup in the folder, or it is of a later format.</exception>
    public static Backup Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!Directory.Exists(folder))
        {
            throw new UnavailableException($"There is no folder {Path.GetFullPath(folder)}.");
        }

        if (!File.Exists(path))
        {
            throw new UnavailableException(
                $"{folder} is no backup: it has no {FileName}. Name one of the folders that 'jangteo backup' has made, such as "
                    + $"{folder}/2026-11-26T020304Z.");
        }

        Backup? backup;
        try
        {
            backup = JsonSerializer.Deserialize<Backup>(File.ReadAllText(path), Wire.Json);
        }
        catch (JsonException broken)
        {
            throw new UnavailableException($"{path} cannot be read: {broken.Message} Use another backup.", broken);
        }

        return backup is { Format: CurrentFormat }
            ? backup
            : throw new UnavailableException(
                $"{path} is of format {backup?.Format}, and this release reads {CurrentFormat}. Use the release that made it.");
    }

    /// <summary>The finished backups of a folder, the newest first. Folders with other names than a backup gets are left alone.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder)
                .Where(one => FolderName().IsMatch(Path.GetFileName(one)) && File.Exists(Path.Combine(one, FileName)))
                .OrderDescending(StringComparer.Ordinal)]
            : [];

    /// <summary>What is wrong with its files: missing, of another length, or changed since they were written.</summary>
    public async Task<IReadOnlyList<string>> Verify(string folder, CancellationToken ct)
    {
        var wrong = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForEachAsync(Files, ct, async (file, inner) =>
        {
            var path = Path.Combine(folder, file.Name);
            if (!File.Exists(path))
            {
                wrong.Add($"{file.Name} is missing");
                return;
            }

            await using var stream = File.OpenRead(path);
            if (stream.Length != file.Bytes)
            {
                wrong.Add($"{file.Name} has {stream.Length} bytes and should have {file.Bytes}");
            }
            else if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, inner)) != file.Sha256)
            {
                wrong.Add($"{file.Name} is not as it was written: its SHA-256 differs");
            }
        });
        return [.. wrong.Order(StringComparer.Ordinal)];
    }

    public async Task Write(string folder, CancellationToken ct)
    {
        await using var stream = File.Create(Path.Combine(folder, FileName));
        await JsonSerializer.SerializeAsync(stream, this, Indented, ct);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>The moment of a backup, and a number from the second of one second on.</summary>
    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?$")]
    private static partial Regex FolderName();
}

/// <param name="Migrations">Those that had been applied, as <c>Jangteo.Trading 3</c>.</param>
internal sealed record BackupSchema(
    string Name, IReadOnlyList<string> Migrations, IReadOnlyList<BackupTable> Tables, IReadOnlyList<BackupSequence> Sequences);

/// <param name="Columns">Those that are stored, in the order of the files; generated ones are not.</param>
internal sealed record BackupTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<BackupFile> Files);

/// <summary>Rows of a table, as PostgreSQL's COPY writes them as text, compressed by Brotli.</summary>
/// <param name="Name">Within the folder of the backup.</param>
/// <param name="Bytes">As it is on the disk.</param>
internal sealed record BackupFile(string Name, long Rows, long Bytes, string Sha256);

internal sealed record BackupSequence(string Name, long Last, bool IsCalled);
