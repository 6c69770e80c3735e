using System.CommandLine;
using Jangteo.Identity;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Npgsql;

namespace Jangteo.Commands;

/// <summary><c>jangteo operator add &lt;email&gt;</c>: makes an operator of a person who has signed up. Works beside the running program.</summary>
internal static class MakeOperator
{
    public static Command Command()
    {
        var email = new Argument<string>("email") { Description = "The e-mail with which the person has signed up." };
        var add = new Command("add", "Makes a person an operator, from their next sign-in on.") { email };
        add.SetAction((parsed, ct) => Run(parsed.GetValue(email)!, ct));
        return new Command("operator", "Operators are made here, and never by signing up.") { add };
    }

    private static async Task<int> Run(string email, CancellationToken ct)
    {
        var settings = SettingsReader.Read();
        await using var database = await Database.OpenBeside(settings, Target.Of(settings.Target), ct);
        await using var storage = new Storage(Modules.Identity, NpgsqlDataSource.Create(database.ConnectionOf(Modules.Identity)), new BusinessClock(TimeProvider.System));
        var isFound = await MakingOperators.Add(storage, email, ct);
        Console.WriteLine(isFound ? $"{email} is an operator from the next sign-in on." : $"Nobody has signed up with {email}. Operators sign up like everybody else first.");
        return isFound ? 0 : 1;
    }
}
