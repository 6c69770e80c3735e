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
catch (Exception refused) when (args.Length > 0 && refused is IOException or UnauthorizedAccessException)
{
    // A command that writes or reads files: no space, no permission, no such folder. The messages name the path.
    await Console.Error.WriteLineAsync($"A file or folder cannot be used: {refused.Message}");
    return 1;
}
catch (Exception away) when (away is NpgsqlException or TimeoutException && PassingFault.Is(away))
{
    // The database or the broker went away or was too slow. The supervisor starts the program again.
    await Console.Error.WriteLineAsync($"What the program needs does not answer: {away.Message}");
    return 1;
}
