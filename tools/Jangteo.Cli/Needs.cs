namespace Jangteo.Cli;

/// <summary>What has to be on the machine for a command.</summary>
/// <param name="IsDatabase">PostgreSQL, unless the settings name one that runs.</param>
/// <param name="Tools">Programs, which <see cref="Packages"/> knows the packages of.</param>
internal sealed record Needs(bool IsDatabase, IReadOnlyList<string> Tools)
{
    public static readonly Needs Nothing = new(false, []);

    public static readonly Needs Database = new(true, []);

    public async Task Install()
    {
        if (IsDatabase)
        {
            await Postgres.Install();
        }

        await Packages.Install(Tools);
    }
}
