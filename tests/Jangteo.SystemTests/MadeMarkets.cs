using System.Collections;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.SystemTests;

/// <summary>
/// Databases with all tables and nothing in them, with which the programs of tests begin. The demo of every build starts on a folder without
/// any.
/// </summary>
internal static class MadeMarkets
{
    private const string Folder = "made-";

    /// <summary>Of a program that runs in one process.</summary>
    public static MadeDatabase InOneProcess() =>
        new(TestFolder.New(Folder), server => Fill(new Hashtable { ["Jangteo__Database"] = server.AdminConnectionString }));

    /// <summary>Of modules that run apart: a database each.</summary>
    public static MadeDatabase Apart() => new(TestFolder.New(Folder), async server =>
    {
        var databases = await server.Databases([.. Modules.All.Append(Hosting.Common).Select(Migrations.Login)], CancellationToken.None);
        var settings = new Hashtable { ["Jangteo__Database"] = databases[Migrations.Login(Hosting.Common)] };
        foreach (var module in Modules.All)
        {
            settings[$"Jangteo__{module}__Database"] = databases[Migrations.Login(module)];
        }

        await Fill(settings);
    });

    /// <summary>Removes the files of every made market, when no test will start another program.</summary>
    public static void Remove()
    {
        foreach (var folder in TestFolder.Made(Folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Fill(IDictionary environment)
    {
        var settings = SettingsReader.Read("none", "", environment);
        await (await Database.Open(settings, Target.Of("all"), CancellationToken.None)).DisposeAsync();
    }
}
