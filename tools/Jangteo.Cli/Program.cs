using Jangteo.Cli;

// `./jangteo <command>`: one of the table, else a command of the program, which knows its own.
try
{
    return args switch
    {
        [] or ["help"] or ["-h"] or ["--help"] => Help.Print(),
        [var name, .. var rest] when CommandTable.All.FirstOrDefault(command => command.Name == name) is { } command => await command.Start(rest),
        _ => await CommandTable.OfTheProgram.Start(args),
    };
}
catch (StopException stopped)
{
    // Written for people: what is wrong and what to do.
    await Console.Error.WriteLineAsync(stopped.Message);
    return 1;
}
