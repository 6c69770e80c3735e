using System.Buffers.Binary;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jangteo.Identity;

/// <summary>Somebody to sign in as, in the sandbox.</summary>
public sealed record SamplePerson(Guid Id, string Name, bool IsOperator);

/// <summary>The people to sign in as, in the sandbox.</summary>
public sealed record SamplePeople(IReadOnlyList<SamplePerson> Items);

/// <summary>People who exist by being named. They have no password, an address nobody else can have, and a phone that only the sandbox rings.</summary>
internal static class PeopleOfTheSandbox
{
    /// <summary>GET /api/sandbox/people: those who are there from the start.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/sandbox/people", () => new SamplePeople(
                [.. SandboxPeople.Names.Select(name => new SamplePerson(SandboxPeople.IdOf(name), name, SandboxPeople.IsOperator(name)))]))
            .WithName("listSamplePeople").WithSummary("People to sign in as.").WithTags("sandbox").AllowAnonymous();

    /// <summary>The person of a name, made when there is none yet.</summary>
    public static async Task<Person> Have(Storage storage, Cause cause, string name, string language, CancellationToken ct)
    {
        var id = SandboxPeople.IdOf(name);
        return await storage.Find(new Sql($"select {Person.Columns} from people where id = $1", id), Person.Read, ct)
            ?? await storage.Do(cause, async work =>
            {
                var person = New(name, language, storage.Clock.Now);
                return await People.Add(work, person, ct) ? person : (await People.Find(work, id, ct))!;
            }, ct);
    }

    /// <summary>Makes those who are there from the start.</summary>
    public static async Task HaveAll(Storage storage, string language, CancellationToken ct)
    {
        foreach (var name in SandboxPeople.Names)
        {
            await Have(storage, Cause.New(), name, language, ct);
        }
    }

    private static Person New(string name, string language, DateTimeOffset now)
    {
        var id = SandboxPeople.IdOf(name);
        var mailbox = name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter)) ? name : id.ToString("N");
        var digits = BinaryPrimitives.ReadUInt32BigEndian(id.ToByteArray(bigEndian: true)) % 100_000_000;
        return new Person(id, name, mailbox + Fields.SandboxDomain, $"+8210{digits:D8}", language, SandboxPeople.IsOperator(name), now);
    }
}
