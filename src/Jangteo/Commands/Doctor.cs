using System.CommandLine;
using System.Net.Sockets;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Input;
using Jangteo.Platform.Postgres;
using Npgsql;

namespace Jangteo.Commands;

/// <summary><c>jangteo doctor</c>: looks at what the program needs, and says of each thing whether it is well or what to do.</summary>
internal static class Doctor
{
    public static Command Command()
    {
        var command = new Command("doctor", "Looks at settings, kinds, database and port, and says what to do about what is wrong.");
        command.SetAction((_, ct) => Run(ct));
        return command;
    }

    private static async Task<int> Run(CancellationToken ct)
    {
        var settings = SettingsReader.Read();
        Say(true, "settings", $"target {settings.Target}, {(settings.Sandbox ? "in the sandbox" : "not in the sandbox")}");
        var verdict = KindTexts.Check(settings.KindsFolder);
        Say(verdict.IsWell, "kinds", verdict.IsWell ? $"{verdict.Shelf!.All.Count()} kinds, all is well" : string.Join(Environment.NewLine, verdict.Mistakes));
        var missing = verdict.Shelf is { } shelf ? MissingProviders.Of(settings, shelf) : [];
        Say(missing.Count == 0, "providers", missing.Count > 0 ? string.Join(Environment.NewLine, missing) : settings.Sandbox ? "those of the sandbox" : "no kind needs one");
        var running = PrivatePostgres.ConnectionWhileRunning(settings.DataFolder);
        var databases = Modules.All.Select(settings.DatabaseOf).Where(database => database.Length > 0).Distinct().ToList();
        var isWell = verdict.IsWell && missing.Count == 0;
        foreach (var database in databases.Count > 0 ? databases : running is null ? [] : [running])
        {
            isWell &= await LookAtDatabase(database, ct);
        }

        if (databases.Count == 0 && running is null)
        {
            Say(true, "database", "a private PostgreSQL, which is started with the program");
        }

        isWell &= running is not null || LookAtPort(settings);
        return isWell ? 0 : 1;
    }

    private static async Task<bool> LookAtDatabase(string connection, CancellationToken ct)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await using var command = source.CreateCommand("select current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')");
            await using var reader = await command.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            var isDurable = reader.GetString(1) == "on" && reader.GetString(2) == "on";
            Say(isDurable, "database", $"PostgreSQL {reader.GetString(0)}{(isDurable ? "" : "; switch fsync and synchronous_commit on, or a loss of power loses what was acknowledged")}");
            return isDurable;
        }
        catch (NpgsqlException fault)
        {
            Say(false, "database", $"{fault.Message}; look at Database in jangteo.yaml and at the server's own log");
            return false;
        }
    }

    private static bool LookAtPort(Settings settings)
    {
        foreach (var address in settings.PublicAddresses.ToBind())
        {
            try
            {
                using var listener = new TcpListener(address, settings.Port);
                listener.Start();
            }
            catch (SocketException refused)
            {
                Say(false, "port", refused.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{settings.Port} is taken at {address}; stop what listens there, or set Jangteo__Port"
                    : $"cannot listen at {address}: {refused.Message}; set Jangteo__Listen to addresses that this machine has");
                return false;
            }
        }

        Say(true, "port", $"{settings.Port} is free at {settings.Listen}");
        return true;
    }

    private static void Say(bool isWell, string what, string detail) => Console.WriteLine($"{(isWell ? "well " : "WRONG")}  {what,-9} {detail}");
}
