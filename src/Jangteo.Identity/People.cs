using Jangteo.Contracts;
using Jangteo.Platform.Storing;

namespace Jangteo.Identity;

/// <summary>Writes people, and says so to others in the same commit.</summary>
internal static class People
{
    /// <summary>A new person. Answers false, and writes nothing, when the id or the e-mail is somebody's already.</summary>
    public static async Task<bool> Add(Work work, Person person, CancellationToken ct)
    {
        var isNew = await work.Find(
            new Sql(
                $"insert into people ({Person.Columns}, email_key) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing returning true",
                person.Id, person.Name, person.Email, person.Phone, person.Language, person.IsOperator, person.Since, person.Password,
                person.Stamp, person.SessionVersion,
                person.SuspendedAt, person.SuspendedBecause, person.EmailKey),
            row => row.GetBoolean(0), ct);
        if (isNew)
        {
            Say(work, person);
        }

        return isNew;
    }

    /// <summary>What a person now is, of one who was found with <see cref="Locked"/>.</summary>
    public static void Change(Work work, Person person)
    {
        work.Write(
            "update people set name = $2, phone = $3, language = $4, is_operator = $5 where id = $1",
            person.Id, person.Name, person.Phone, person.Language, person.IsOperator);
        Say(work, person);
    }

    public static Task<Person?> Find(Work work, Guid id, CancellationToken ct) =>
        work.Find(new Sql($"select {Person.Columns} from people where id = $1", id), Person.Read, ct);

    /// <summary>A person whom nobody else changes until the commit, which also keeps what is said of them in order.</summary>
    public static Task<Person?> Locked(Work work, Guid id, CancellationToken ct) =>
        work.Find(new Sql($"select {Person.Columns} from people where id = $1 for update", id), Person.Read, ct);

    /// <summary>A person by e-mail, locked until the commit.</summary>
    public static Task<Person?> Locked(Work work, string email, CancellationToken ct) =>
        work.Find(new Sql($"select {Person.Columns} from people where email_key = $1 for update", Person.KeyOf(email)), Person.Read, ct);

    private static void Say(Work work, Person person) => work.Send(IdentityMessages.PersonChanged, person.Id, person.Changed, new MessageContext());
}
