"""Rich menus: create, draw, make default, link, alias."""

from flask import Blueprint, Response, jsonify, request

from app.simulator import limits
from app.simulator.api.gate import ApiError, find_citizen, json_body, refuse_problems
from app.simulator.validation.rich_menus import check_alias, check_image, check_rich_menu
from app.simulator.wire import Json, new_token
from app.simulator.world import RichMenu, World


def rich_menu_blueprint(world: World) -> Blueprint:
    """Make the rich-menu routes of both hosts."""
    routes = Blueprint("rich_menus", __name__, url_prefix="/v2/bot")
    _menu_routes(routes, _Menus(world))
    _link_routes(routes, _Links(world))
    _alias_routes(routes, _Aliases(world))
    return routes


def _menu_routes(routes: Blueprint, menus: "_Menus") -> None:
    routes.add_url_rule("/richmenu", "rich_menu_create", menus.create, methods=["POST"])
    routes.add_url_rule("/richmenu/validate", "rich_menu_validate", menus.validate, methods=["POST"])
    routes.add_url_rule("/richmenu/list", "rich_menu_list", menus.list_all)
    routes.add_url_rule("/richmenu/<menu_id>", "rich_menu_get", menus.get)
    routes.add_url_rule("/richmenu/<menu_id>", "rich_menu_delete", menus.delete, methods=["DELETE"])
    content = "/richmenu/<menu_id>/content"
    routes.add_url_rule(content, "rich_menu_set_image", menus.set_image, methods=["POST"])
    routes.add_url_rule(content, "rich_menu_get_image", menus.get_image)


def _link_routes(routes: Blueprint, links: "_Links") -> None:
    default = "/user/all/richmenu"
    routes.add_url_rule(default, "rich_menu_get_default", links.get_default)
    routes.add_url_rule(default, "rich_menu_cancel_default", links.cancel_default, methods=["DELETE"])
    routes.add_url_rule(f"{default}/<menu_id>", "rich_menu_set_default", links.set_default, methods=["POST"])
    personal = "/user/<user_id>/richmenu"
    routes.add_url_rule(personal, "rich_menu_of_user", links.of_user)
    routes.add_url_rule(personal, "rich_menu_unlink", links.unlink, methods=["DELETE"])
    routes.add_url_rule(f"{personal}/<menu_id>", "rich_menu_link", links.link, methods=["POST"])
    routes.add_url_rule("/richmenu/bulk/link", "rich_menu_bulk_link", links.bulk_link, methods=["POST"])
    routes.add_url_rule("/richmenu/bulk/unlink", "rich_menu_bulk_unlink", links.bulk_unlink, methods=["POST"])


def _alias_routes(routes: Blueprint, aliases: "_Aliases") -> None:
    one = "/richmenu/alias/<alias>"
    routes.add_url_rule("/richmenu/alias", "rich_menu_alias_create", aliases.create, methods=["POST"])
    routes.add_url_rule("/richmenu/alias/list", "rich_menu_alias_list", aliases.list_all)
    routes.add_url_rule(one, "rich_menu_alias_get", aliases.get)
    routes.add_url_rule(one, "rich_menu_alias_change", aliases.change, methods=["POST"])
    routes.add_url_rule(one, "rich_menu_alias_delete", aliases.delete, methods=["DELETE"])


def _existing(world: World, menu_id: str) -> RichMenu:
    menu = world.rich_menus.menus.get(menu_id)
    if menu is None:
        raise ApiError(404, "richmenu not found")
    return menu


def _described(menu: RichMenu) -> Json:
    return {"richMenuId": menu.id, **menu.menu}


class _Menus:
    def __init__(self, world: World) -> None:
        self._world = world

    def create(self) -> Response:
        body = json_body()
        refuse_problems(check_rich_menu(body))
        menus = self._world.rich_menus.menus
        if len(menus) >= limits.RICH_MENUS_PER_ACCOUNT:
            raise ApiError(400, "the number of rich menus reached the limit")
        menu = RichMenu(f"richmenu-{new_token()}", body)
        menus[menu.id] = menu
        return jsonify({"richMenuId": menu.id})

    def validate(self) -> Response:
        refuse_problems(check_rich_menu(json_body()))
        return jsonify({})

    def list_all(self) -> Response:
        return jsonify({"richmenus": [_described(menu) for menu in self._world.rich_menus.menus.values()]})

    def get(self, menu_id: str) -> Response:
        return jsonify(_described(_existing(self._world, menu_id)))

    def delete(self, menu_id: str) -> Response:
        _existing(self._world, menu_id)
        with self._world.lock:
            menus = self._world.rich_menus
            del menus.menus[menu_id]
            menus.default_id = None if menus.default_id == menu_id else menus.default_id
            self._world.touch()
        return jsonify({})

    def set_image(self, menu_id: str) -> Response:
        menu = _existing(self._world, menu_id)
        if request.mimetype not in {"image/png", "image/jpeg"}:
            raise ApiError(415, "The media type is not supported")
        if menu.image:
            raise ApiError(400, "An image has already been uploaded to the richmenu")
        content = request.get_data()
        wrong = check_image(content, menu.menu)
        if wrong:
            raise ApiError(400, wrong)
        menu.image, menu.content_type = content, request.mimetype
        self._world.touch()
        return jsonify({})

    def get_image(self, menu_id: str) -> Response:
        menu = _existing(self._world, menu_id)
        if not menu.image:
            raise ApiError(404, "The image is not found")
        return Response(menu.image, content_type=menu.content_type)


class _Links:
    def __init__(self, world: World) -> None:
        self._world = world

    def get_default(self) -> Response:
        default_id = self._world.rich_menus.default_id
        if default_id is None:
            raise ApiError(404, "no default richmenu")
        return jsonify({"richMenuId": default_id})

    def set_default(self, menu_id: str) -> Response:
        self._need_image(menu_id)
        self._world.rich_menus.default_id = menu_id
        self._world.touch()
        return jsonify({})

    def cancel_default(self) -> Response:
        self._world.rich_menus.default_id = None
        self._world.touch()
        return jsonify({})

    def of_user(self, user_id: str) -> Response:
        menu_id = find_citizen(self._world, user_id).rich_menu_id
        if menu_id is None:
            raise ApiError(404, "the user has no richmenu")
        return jsonify({"richMenuId": menu_id})

    def link(self, user_id: str, menu_id: str) -> Response:
        self._need_image(menu_id)
        self._set([user_id], menu_id)
        return jsonify({})

    def unlink(self, user_id: str) -> Response:
        self._set([user_id], None)
        return jsonify({})

    def bulk_link(self) -> Response:
        body = json_body()
        self._need_image(str(body.get("richMenuId")))
        self._set(_user_ids(body), str(body["richMenuId"]))
        return _accepted()

    def bulk_unlink(self) -> Response:
        self._set(_user_ids(json_body()), None)
        return _accepted()

    def _need_image(self, menu_id: str) -> None:
        if not _existing(self._world, menu_id).image:
            raise ApiError(400, "must upload richmenu image before applying it to user")

    def _set(self, user_ids: list[str], menu_id: str | None) -> None:
        with self._world.lock:
            revision = self._world.touch()
            for user_id in user_ids:
                chat = self._world.chats.get(user_id)
                if chat is not None:
                    chat.rich_menu_id, chat.revision = menu_id, revision


class _Aliases:
    def __init__(self, world: World) -> None:
        self._world = world

    def create(self) -> Response:
        body = json_body()
        refuse_problems(check_alias(body, creating=True))
        if body["richMenuAliasId"] in self._world.rich_menus.aliases:
            raise ApiError(400, "conflict richmenu alias id")
        return self._point(body["richMenuAliasId"], body["richMenuId"])

    def change(self, alias: str) -> Response:
        self._target(alias)
        body = json_body()
        refuse_problems(check_alias(body, creating=False))
        return self._point(alias, body["richMenuId"])

    def list_all(self) -> Response:
        aliases = self._world.rich_menus.aliases.items()
        return jsonify({"aliases": [{"richMenuAliasId": alias, "richMenuId": target} for alias, target in aliases]})

    def get(self, alias: str) -> Response:
        return jsonify({"richMenuAliasId": alias, "richMenuId": self._target(alias)})

    def delete(self, alias: str) -> Response:
        self._target(alias)
        del self._world.rich_menus.aliases[alias]
        return jsonify({})

    def _target(self, alias: str) -> str:
        target = self._world.rich_menus.aliases.get(alias)
        if target is None:
            raise ApiError(404, "richmenu alias not found")
        return target

    def _point(self, alias: str, menu_id: str) -> Response:
        if menu_id not in self._world.rich_menus.menus:
            raise ApiError(400, "richmenu not found")
        self._world.rich_menus.aliases[alias] = menu_id
        return jsonify({})


def _user_ids(body: Json) -> list[str]:
    user_ids = body.get("userIds")
    if not isinstance(user_ids, list) or not 1 <= len(user_ids) <= limits.RICH_MENU_BULK_USERS:
        raise ApiError(400, f"userIds: size must be between 1 and {limits.RICH_MENU_BULK_USERS}")
    return [str(user_id) for user_id in user_ids]


def _accepted() -> Response:
    answer = jsonify({})
    answer.status_code = 202
    return answer
