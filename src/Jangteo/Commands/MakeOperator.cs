using System.CommandLine;
using Jangteo.Identity;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Npgsql;

namespace Jangteo.Commands;

/// <summary>
/// <c>jangteo operator add|remove &lt;email&gt;</c> and <c>jangteo person suspend|restore &lt;email&gt;</c>: who operates, and who may take
/// part. They work beside the running program, and count in all of its processes at once.
/// </summary>
internal static class MakeOperator
{
    public static Command Command()
    {
        var add = new Command("add", "Makes a person an operator, from their next sign-in on.") { Email(out var added) };
        add.SetAction((parsed, ct) => Run(parsed.GetValue(added)!, (identity, _, email) => MakingOperators.Add(identity, email, ct), "is an operator from the next sign-in on.", ct));
        var remove =
            new Command("remove", "Takes the operator's role away from a person and signs them out everywhere.") { Email(out var removed) };
        remove.SetAction((parsed, ct) => Run(parsed.GetValue(removed)!, (identity, common, email) => Stop(identity, common).RemoveOperator(email, ct), "is no operator any more and is signed out everywhere.", ct));
        return new Command("operator", "Operators are made here, and never by signing up.") { add, remove };
    }

    public static Command OfPeople()
    {
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for the record of operators' acts: 1 to 1,000 characters.",
            Required = true,
        };
        reason.Validators.Add(given =>
        {
            if (TextRules.OperatorReason.Read(given.GetValueOrDefault<string>(), out _) is not null)
            {
                given.AddError("--reason takes 1 to 1,000 characters that can be read.");
            }
        });
        var suspend = new Command("suspend", "Signs a person out everywhere, lets them sign in no more, and lets no trade begin on their listings.") { Email(out var suspended), reason };
        suspend.SetAction((parsed, ct) => Run(
            parsed.GetValue(suspended)!, (identity, common, email) => Stop(identity, common).Suspend(email, parsed.GetValue(reason)!, ct),
            "is suspended and signed out everywhere. Open trades end by their tables.", ct));
        var restore = new Command("restore", "Ends a suspension.") { Email(out var restored), reason };
        restore.SetAction((parsed, ct) => Run(
            parsed.GetValue(restored)!, (identity, common, email) => Stop(identity, common).Restore(email, parsed.GetValue(reason)!, ct),
            "can sign in again.", ct));
        return new Command("person", "People can be suspended, and restored.") { suspend, restore };
    }

    private static Argument<string> Email(out Argument<string> email) =>
        email = new Argument<string>("email") { Description = "The e-mail with which the person has signed up." };

    private static StopPeopleByCommand Stop(Storage identity, Storage common) => new(identity, common, TimeProvider.System);

    private static async Task<int> Run(string email, Func<Storage, Storage, string, Task<bool>> act, string done, CancellationToken ct)
    {
        var settings = SettingsReader.Read();
        await using var database = await Database.OpenBeside(settings, Target.Of(settings.Target), ct);
        await using var identity = Open(database, Modules.Identity);
        await using var common = Open(database, Hosting.Common);
        var isFound = await act(identity, common, email);
        Console.WriteLine(isFound ? $"{email} {done}" : $"No account has the e-mail {email}.");
        return isFound ? 0 : 1;
    }

    private static Storage Open(Database database, string schema) =>
        new(schema, NpgsqlDataSource.Create(database.ConnectionOf(schema)), new BusinessClock(TimeProvider.System));
}
