using Jangteo;
using Jangteo.Commands;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Storing;
using Jangteo.Trading;
using Npgsql;

// The program without a command serves its target; the commands are few, and each is a file in Commands.
try
{
    return args switch
    {
        [] => await Serving.Run(SettingsReader.Read(), args),
        _ => await CommandLine.Run(args),
    };
}
catch (Exception told) when (told is SettingsException or UnavailableException or KindRefusedException or ArgumentException)
{
    // These messages are written for people: what is wrong, where, and what to do.
    await Console.Error.WriteLineAsync(told.Message);
    return 1;
}
catch (NpgsqlException away) when (Storage.IsPassing(away))
{
    // It died while we were starting; whoever started us does so again.
    await Console.Error.WriteLineAsync($"PostgreSQL went away: {away.Message}");
    return 1;
}
