using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>A person as operators see them.</summary>
public sealed record PersonForOperators(Guid Id, string Name, string Email, string? Phone, string Language, bool IsOperator, DateTimeOffset Since);

/// <summary>People, newest first.</summary>
/// <param name="Next">The cursor of the next page, or null.</param>
public sealed record PageOfPeople(IReadOnlyList<PersonForOperators> Items, string? Next);

/// <summary>GET /api/operator/identity/people: everybody, newest first, or those whose name or e-mail begins with a word.</summary>
internal static class ListingPeople
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/identity/people", Handle).WithName("listPeople").WithSummary("Everybody, newest first; q is how a name or an e-mail begins.").WithTags("operator").Produces<PageOfPeople>();

    private static async Task<IResult> Handle(
        HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, CancellationToken ct, string q = "", Guid? cursor = null, int limit = 20)
    {
        Caller.Operator(http);
        if (limit is < 1 or > 100)
        {
            throw new RefusedException(Refusal.Invalid("limit", "1 to 100"));
        }

        var people = await storage.Query(
            new Sql(
                $"""
                select {Person.Columns} from people
                where ($1::uuid is null or (since, id) < (select since, id from people where id = $1))
                  and ($2 = '' or starts_with(lower(name), lower($2)) or starts_with(email_key, lower($2)))
                order by since desc, id desc limit $3
                """,
                cursor, q, limit + 1),
            Person.Read, ct);
        return Answer.Ok(new PageOfPeople(
            [.. people.Take(limit).Select(one => new PersonForOperators(one.Id, one.Name, one.Email, one.Phone, one.Language, one.IsOperator, one.Since))],
            people.Count > limit ? people[limit - 1].Id.ToString() : null));
    }
}
