using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;

namespace Jangteo.Identity;

/// <summary>Makes a person an operator. There is no route for it: who may use the command line of the installation decides.</summary>
public static class MakingOperators
{
    /// <summary>Answers false when nobody has signed up with the e-mail. The person's next sign-in makes it count.</summary>
    public static Task<bool> Add(Storage storage, string email, CancellationToken ct) =>
        storage.Do(Cause.New(), async work =>
        {
            var person = await work.Find(new Sql($"select {Person.Columns} from people where email_key = $1 for update", Person.KeyOf(email)), Person.Read, ct);
            if (person is { IsOperator: false })
            {
                People.Change(work, person with { IsOperator = true });
                new OperatorAct
                {
                    Act = "add-operator",
                    Subject = ActSubject.Of("person", person.Id),
                    Before = new Dictionary<string, string?> { ["email"] = person.Email, ["operator"] = "no" },
                    After = new Dictionary<string, string?> { ["email"] = person.Email, ["operator"] = "yes" },
                }.Write(work, ActingOperator.CommandLine, reason: null);
            }

            return person is not null;
        }, ct);
}
