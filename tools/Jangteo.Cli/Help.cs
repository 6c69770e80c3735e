namespace Jangteo.Cli;

/// <summary>What can be typed.</summary>
internal static class Help
{
    public static int Print()
    {
        Console.WriteLine("./jangteo <command>\n");
        foreach (var command in CommandTable.All)
        {
            Console.WriteLine($"  {command.Name,-10} {command.Says}");
        }

        Console.WriteLine("\nOther words are commands of the program itself, such as operator, person, doctor, gateway: ./jangteo run --help lists them.");
        return 0;
    }
}
