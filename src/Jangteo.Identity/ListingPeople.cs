using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>A person as operators see them.</summary>
/// <param name="SuspendedAt">Since when they may not sign in; null for everybody else.</param>
/// <param name="SuspendedBecause">Why, in an operator's words.</param>
public sealed record PersonForOperators(
    Guid Id, string Name, string Email, string? Phone, string Language, bool IsOperator, DateTimeOffset Since, DateTimeOffset? SuspendedAt,
    string? SuspendedBecause)
{
    internal static PersonForOperators Of(Person one) =>
        new(one.Id, one.Name, one.Email, one.Phone, one.Language, one.IsOperator, one.Since, one.SuspendedAt, one.SuspendedBecause);
}

/// <summary>GET /api/operator/identity/people: everybody, newest first, or those whose name or e-mail begins with a word.</summary>
internal static class ListingPeople
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/operator/identity/people", Handle).WithName("listPeople").WithTags("operator")
            .WithSummary("Everybody, newest first; q is how a name or an e-mail begins.");
        routes.MapGet("/api/operator/identity/people/{id:guid}", One).WithName("readPerson").WithTags("operator")
            .WithSummary("One person.");
    }

    private static async Task<Ok<PersonForOperators>> One(
        Guid id, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, CancellationToken ct)
    {
        Caller.Operator(http);
        var person = await storage.Find(new Sql($"select {Person.Columns} from people where id = $1", id), Person.Read, ct);
        return TypedResults.Ok(PersonForOperators.Of(person ?? throw new RefusedException(new Refusal(Refusals.NotFound))));
    }

    private static async Task<Ok<Page<PersonForOperators>>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, [AsParameters] Paging part, CancellationToken ct, string q = "")
    {
        Caller.Operator(http);
        var begins = Asked.Text(q, "q", EmailAddress.Longest);
        var people = await storage.Query(
            new Sql(
                $"""
                select {Person.Columns} from people
                where ($1::uuid is null or (since, id) < (select since, id from people where id = $1))
                  and ($2::text is null or starts_with(lower(name), lower($2)) or starts_with(email_key, $4))
                order by since desc, id desc limit $3
                """,
                part.After<Guid>(), begins, part.Most + 1, Unicode.Fold(begins ?? "")),
            Person.Read, ct);
        return TypedResults.Ok(part.Of(people, PersonForOperators.Of, one => one.Id));
    }
}
