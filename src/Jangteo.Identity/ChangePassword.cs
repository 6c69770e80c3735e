using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <param name="Current">The password as it is.</param>
/// <param name="New">12 to 128 characters, and none that is commonly used.</param>
public sealed record NewPassword(string Current, string New);

/// <summary>
/// POST /api/people/me/password: a person changes their password. Every session of theirs ends, in every module; the one that asked goes on
/// with the new token in the answer. It takes no Idempotency-Key, because a token is not to be kept.
/// </summary>
internal sealed class ChangePassword(
    [FromKeyedServices(Modules.Identity)] Storage storage, IPasswordHasher<Person> hasher, PasswordCheck check, Guesses guesses,
    Passwords passwords, EndSessions ending,
    Sessions sessions)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(
            "/api/people/me/password",
            (NewPassword body, HttpContext http, ChangePassword use, CancellationToken ct) => use.Handle(body, http, ct))
            .WithName("changePassword").WithTags("people").Produces<SignedIn>()
            .WithSummary("Changes the password and ends every other session; the answer has a new token for this one.");

    private async Task<IResult> Handle(NewPassword body, HttpContext http, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var person = SeeingOneself.Known(
            http, await storage.Find(new Sql($"select {Person.Columns} from people where id = $1", caller.Id), Person.Read, ct));
        if (Fields.Check(body, person, out var chosen) is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        var asker = Asker.AddressOf(http);
        var permit = await guesses.TakeForChange(person.Id, ct);
        if (PasswordText.Read(body.Current) is not { } current || !await check.IsRight(asker, person, current, permit, ct))
        {
            throw new RefusedException(Refusal.Invalid("current", Wrong.WrongPassword));
        }

        var hash = await passwords.InTurn(asker, () => Task.FromResult(hasher.HashPassword(person, chosen)), ct);
        var changed = await storage.Do(Commands.CauseOf(http), async work =>
        {
            // Locked and read again: a session that ended meanwhile, for instance by another change of the password, changes nothing.
            var locked = SeeingOneself.Known(http, await People.Locked(work, person.Id, ct));
            work.Write("update people set password = $2, security_stamp = $3 where id = $1", locked.Id, hash, Guid.NewGuid().ToString());
            return EndSessions.Write(work, locked);
        }, ct);
        await ending.CarryOver(CancellationToken.None);

        var (token, begun) = sessions.Begin(changed.Caller);
        sessions.SetCookie(http, token, begun);
        return Answer.Ok(new SignedIn(PersonAnswer.Of(changed), token));
    }
}
