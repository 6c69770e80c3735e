using System.Collections;
using System.Diagnostics;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Postgres;
using Jangteo.Platform.Storing;

namespace Jangteo.SystemTests;

/// <summary>
/// The files of a database with all tables, made once and copied to every data folder that begins empty: making them takes longer than the rest of a first
/// start. The demo of every build starts on a folder without any.
/// </summary>
internal sealed class MadeDatabase
{
    private readonly string folder;
    private readonly Lazy<Task> making;

    private MadeDatabase(string folder, Func<PrivatePostgres, Task<IDictionary>> settings)
    {
        this.folder = folder;
        making = new Lazy<Task>(async () =>
        {
            await using var server = await PrivatePostgres.Start(folder);
            var read = SettingsReader.Read("none", "", await settings(server));
            await (await Database.Open(read, Target.Of("all"), CancellationToken.None)).DisposeAsync();
        });
    }

    /// <summary>Of a program that runs in one process.</summary>
    /// <param name="folder">An empty one, to keep the files in.</param>
    public static MadeDatabase OfOneProcess(string folder) =>
        new(folder, server => Task.FromResult<IDictionary>(new Hashtable { ["Jangteo__Database"] = server.AdminConnectionString }));

    /// <summary>Of modules that run apart: a database each.</summary>
    /// <param name="folder">An empty one, to keep the files in.</param>
    public static MadeDatabase OfModulesApart(string folder) => new(folder, async server =>
    {
        var databases = await server.Databases([.. Modules.All.Append(Hosting.Common).Select(Migrations.Login)], CancellationToken.None);
        var settings = new Hashtable { ["Jangteo__Database"] = databases[Migrations.Login(Hosting.Common)] };
        foreach (var module in Modules.All)
        {
            settings[$"Jangteo__{module}__Database"] = databases[Migrations.Login(module)];
        }

        return settings;
    });

    /// <summary>Gives a data folder these files, with owners and modes.</summary>
    public async Task CopyTo(string dataFolder)
    {
        await making.Value;
        using var copying = Process.Start("cp", ["-a", Path.Combine(folder, "postgres"), dataFolder]);
        await copying.WaitForExitAsync();
        Assert.Equal(0, copying.ExitCode);
    }
}
