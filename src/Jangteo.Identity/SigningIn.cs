using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>Who signs in.</summary>
public sealed record SignIn(string Email, string Password);

/// <summary>Who signs in, in the sandbox: with e-mail and password, or as anybody by name.</summary>
/// <param name="Person">Any name, such as minji; the person is made when there is none. Nothing else is given then.</param>
public sealed record SandboxSignIn(string? Email = null, string? Password = null, string? Person = null);

/// <summary>
/// POST /api/session: a person signs in and gets a token, for programs, and a cookie, for pages. DELETE drops the cookie.
/// A wrong e-mail and a wrong password are one answer, in the same time; after five wrong passwords an e-mail is locked for a while.
/// </summary>
internal static class SigningIn
{
    public const int MostFailures = 5;

    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(5);

    /// <summary>Failures are forgotten after this, so that one mistake a week never locks anybody out.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    public static void Map(IEndpointRouteBuilder routes, bool isSandbox)
    {
        var post = isSandbox ? routes.MapPost("/api/session", HandleInSandbox) : routes.MapPost("/api/session", Handle);
        post.WithName("signIn").WithSummary("Signs in: a token for programs, and a cookie for pages.").WithTags("people").AllowAnonymous().Produces<SignedIn>();
        routes.MapDelete("/api/session", (HttpContext http) =>
        {
            Sessions.DropCookie(http);
            return TypedResults.NoContent();
        }).WithName("signOut").WithSummary("Drops the cookie.").WithTags("people").AllowAnonymous();
    }

    private static async Task<IResult> Handle(
        SignIn request, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, Passwords passwords, Sessions sessions, TimeProvider machine, CancellationToken ct)
    {
        if (request.Email.Length > Fields.LongestEmail || request.Password.Length > Fields.LongestPassword)
        {
            throw WrongPassword();
        }

        var email = Person.KeyOf(request.Email);
        var person = await storage.Find(new Sql($"select {Person.Columns} from people where email_key = $1", email), Person.Read, ct);
        var lockedUntil = await storage.Find(new Sql("select locked_until from failed_sign_ins where email_key = $1 and locked_until is not null", email), row => row.GetFieldValue<DateTimeOffset>(0), ct);
        if (lockedUntil > machine.GetUtcNow())
        {
            throw new RefusedException(new Refusal(Refusals.TooManyRequests, RetryAfter: lockedUntil - machine.GetUtcNow()));
        }

        var isRight = await passwords.IsRight(request.Password, person?.Password, ct);
        await storage.Do(Commands.CauseOf(http), work =>
        {
            if (isRight)
            {
                work.Write("delete from failed_sign_ins where email_key = $1", email);
            }
            else
            {
                WriteFailure(work, email, machine.GetUtcNow());
            }

            return Task.CompletedTask;
        }, ct);
        return isRight ? Welcome(http, sessions, person!) : throw WrongPassword();
    }

    private static async Task<IResult> HandleInSandbox(
        SandboxSignIn request, HttpContext http, [FromKeyedServices(Modules.Identity)] Storage storage, Passwords passwords, Sessions sessions, TimeProvider machine, CancellationToken ct)
    {
        if (request is { Email: { } email, Password: { } password, Person: null })
        {
            return await Handle(new SignIn(email, password), http, storage, passwords, sessions, machine, ct);
        }

        if (request is not { Email: null, Password: null, Person: { } name })
        {
            throw new RefusedException(Refusal.Invalid("person", Wrong.PersonOrEmail));
        }

        if (!Fields.IsName(name))
        {
            throw new RefusedException(Refusal.Invalid("person", Wrong.OneLine(Fields.LongestName)));
        }

        return Welcome(http, sessions, await PeopleOfTheSandbox.Have(storage, Commands.CauseOf(http), name.Trim(), Problems.Language(http), ct));
    }

    private static Answer Welcome(HttpContext http, Sessions sessions, Person person)
    {
        var token = sessions.Issue(person.Caller);
        Sessions.SetCookie(http, token);
        return Answer.Ok(new SignedIn(PersonAnswer.Of(person), token));
    }

    private static void WriteFailure(Work work, string email, DateTimeOffset now)
    {
        work.Write(
            """
            insert into failed_sign_ins as f (email_key, failures, latest) values ($1, 1, $2)
            on conflict (email_key) do update set
                failures = case when f.latest < $3 or f.locked_until <= $2 then 1 else f.failures + 1 end,
                locked_until = case when f.latest >= $3 and f.failures + 1 >= $4 and (f.locked_until is null or f.locked_until > $2) then $2 + $5 end,
                latest = $2
            """,
            email, now, now - Remembered, MostFailures, LockedFor);
        work.Write("delete from failed_sign_ins where latest < $1", now - Remembered);
    }

    private static RefusedException WrongPassword() => new(new Refusal(Refusals.Unauthenticated, "The e-mail or the password is wrong."));
}
