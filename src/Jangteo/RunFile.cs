using System.Text.Json;
using System.Text.Json.Serialization;
using Jangteo.Contracts;
using Jangteo.Platform.Machine;

namespace Jangteo;

/// <summary>data/run.json: where this run is to be found, for commands, tests and benches on the same machine.</summary>
/// <param name="Process">The number of the program that was started by hand.</param>
/// <param name="Address">Where people and programs reach it.</param>
internal sealed record RunFile(int Process, string Address)
{
    private const string Name = "run.json";

    /// <summary>The private PostgreSQL of a program that runs in one process.</summary>
    public string? Database { get; init; }

    /// <summary>Where each module's database is when they run apart, and that of what they share, as <c>common</c>.</summary>
    public IReadOnlyDictionary<string, string>? Databases { get; init; }

    /// <summary>Whether it says where the databases are: those of the settings are not written into it.</summary>
    [JsonIgnore]
    public bool NamesDatabases => Database is not null || Databases is not null;

    /// <summary>The gateway's inner door, through which modules that run apart ask each other.</summary>
    public string? InternalAddress { get; init; }

    public string? Broker { get; init; }

    /// <summary>Every process of modules that run apart, and the servers they need.</summary>
    public IReadOnlyList<RunningProcess>? Processes { get; init; }

    /// <summary>Writes it whole or not at all. It may hold the broker's password, so it is for this account only.</summary>
    public async Task Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Name);
        await File.WriteAllTextAsync(path + ".new", JsonSerializer.Serialize(this, Wire.Json));
        HostSystem.Here.KeepPrivate(path + ".new");
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Removes what this process has written, when its run has ended in good order.</summary>
    public static void Remove(string folder)
    {
        if (Read(folder) is { } found && found.Process == Environment.ProcessId)
        {
            File.Delete(Path.Combine(folder, Name));
        }
    }

    /// <summary>What the program that works with a data folder has written, or null when none does.</summary>
    public static RunFile? OfRunning(string folder)
    {
        var found = Read(folder);
        return found is not null && HostSystem.Here.Runs(found.Process, "Jangteo", "dotnet", "Jangteo") ? found : null;
    }

    private static RunFile? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        return File.Exists(path) ? JsonSerializer.Deserialize<RunFile>(File.ReadAllText(path), Wire.Json) : null;
    }
}

/// <summary>A process of a run.</summary>
/// <param name="Name">Such as trading-1, postgresql.</param>
/// <param name="Module">Null for a server.</param>
internal sealed record RunningProcess(string Name, string? Module, int Process, int? Port, int? InternalPort, bool IsReady);
