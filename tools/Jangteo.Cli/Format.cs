using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary><c>./jangteo format</c></summary>
internal static class Format
{
    public static async Task<int> Run(string[] words)
    {
        Environment.CurrentDirectory = Place.Root;
        await Builds.All();
        (string Name, string Value)[] writing = [("JANGTEO_WRITE", "1")];
        return await Dotnet(["format", "Jangteo.slnx", .. words])
            + await Processes.Run("npm", ["exec", "--no", "--", "prettier", "--write", "--log-level", "warn", "."], Place.At("web"))
            + await Processes.Run("npm", ["exec", "--no", "--", "prettier", "--write", "--log-level", "warn", "."], Place.At("services", "courier"))
            + await Rebuild()
            // What is made from the tables, the tests and the routes: a README of each kind, the page of requirements, the files of the gateway, the API as the pages know it.
            + await Dotnet([Place.Assembly("Jangteo"), "check", "kinds", "--write"])
            + await Dotnet([Place.Assembly("Jangteo.Tests"), "-method", "*The_page_of_requirements_is_current", "-method", "*The_files_of_the_gateway_are_current"])
            + await Dotnet([Place.Assembly("Jangteo.SystemTests"), "-method", "*The_document_that_the_pages_are_made_with_is_current"]) == 0 ? 0 : 1;

        Task<int> Dotnet(string[] words) => Processes.Run(Processes.Dotnet, words, null, writing);
    }

    private static async Task<int> Rebuild()
    {
        await Builds.All();
        return 0;
    }
}
