using Jangteo;
using Jangteo.Commands;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Trading;

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
